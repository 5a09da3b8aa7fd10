import type { Env } from '../../config.ts';

const PATIENCE_MS = 1500;

/** Where a server of this folder would listen; null when any free port was asked for, which nobody can guess. */
export const serverUrl = (env: Env): string | null => {
  const host = env.VEGA_HOST?.trim() || '127.0.0.1';
  const port = env.VEGA_PORT?.trim() || '28020';
  if (port === '0') return null;
  const url = `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
  return URL.canParse(url) ? new URL(url).origin : null;
};

/** Whether a vega-auth answers there. Something else that happens to listen is none. */
export const isServed = async (url: string): Promise<boolean> => {
  if (!(await isOpen(url))) return false;
  const { get } = await import('node:http');
  return new Promise((resolve) => {
    const request = get(`${url}/livez`, { timeout: PATIENCE_MS, agent: false }, (response) => {
      let said = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        said += chunk;
      });
      response.on('end', () => resolve(response.statusCode === 200 && said === 'alive\n'));
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
};

/** A port that nobody listens on says so at once, and to find that out takes no HTTP. */
const isOpen = async (url: string): Promise<boolean> => {
  const { connect } = await import('node:net');
  return new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 80),
      timeout: PATIENCE_MS,
    });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
};
