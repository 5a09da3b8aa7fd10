import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingHttpHeaders, request as plainRequest } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import path from 'node:path';
import { generate } from 'selfsigned';
import { debianProgram } from './unpacked.ts';

/** A reverse proxy with TLS in front of a server. */
export interface Proxy extends AsyncDisposable {
  readonly port: number;
  readonly kind: 'nginx' | 'node';
}

interface Wanted {
  readonly name: string;
  readonly target: string;
  /** The `server` block of docs/operations.md. */
  readonly listing: string;
  readonly directory: string;
}

/** nginx with the listing of docs/operations.md; where no nginx can be had, a proxy that does the same. */
export const openProxy = async (wanted: Wanted): Promise<Proxy> => {
  const { cert, private: key } = await generate([{ name: 'commonName', value: wanted.name }]);
  const nginx = await debianProgram('nginx', 'usr/sbin/nginx');
  return nginx === null ? openNodeProxy(wanted, cert, key) : openNginx(nginx, wanted, cert, key);
};

const openNginx = async (
  program: string,
  { target, listing, directory }: Wanted,
  cert: string,
  key: string,
): Promise<Proxy> => {
  const folder = path.join(directory, 'nginx');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'cert.pem'), cert);
  writeFileSync(path.join(folder, 'key.pem'), key, { mode: 0o600 });
  const port = await freePort();
  const server = listing
    .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
    .replace(/ssl_certificate .*;/, `ssl_certificate ${folder}/cert.pem;`)
    .replace(/ssl_certificate_key .*;/, `ssl_certificate_key ${folder}/key.pem;`)
    .replace('http://127.0.0.1:28020', target);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ');
  const file = path.join(folder, 'nginx.conf');
  writeFileSync(
    file,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
     events {} http { access_log off; ${temporary} ${server} }`,
  );
  const child = spawn(program, ['-p', folder, '-c', file], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
  });
  await Promise.race([
    listens(port),
    ended.then(() => {
      throw new Error(`nginx ended: ${readFileSync(path.join(folder, 'error.log'), 'utf8')}`);
    }),
  ]);
  return {
    port,
    kind: 'nginx',
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const openNodeProxy = async ({ target, name }: Wanted, cert: string, key: string): Promise<Proxy> => {
  const server = createServer({ cert, key }, (request, response) => {
    const headers: IncomingHttpHeaders = {
      ...request.headers,
      host: name,
      'x-forwarded-for': [request.headers['x-forwarded-for'], request.socket.remoteAddress]
        .filter((part) => part !== undefined)
        .join(', '),
      'x-forwarded-proto': 'https',
    };
    const onward = plainRequest(`${target}${request.url}`, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    response.on('close', () => onward.destroy());
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    kind: 'node',
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const freePort = async (): Promise<number> => {
  const server = createSocketServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const listens = async (port: number): Promise<void> => {
  const { connect } = await import('node:net');
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the proxy does not listen');
};
