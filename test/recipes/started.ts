import { type ChildProcess, spawn } from 'node:child_process';

/** A program that a listing starts. */
export interface Started extends AsyncDisposable {
  /** What it has printed. */
  readonly text: () => string;
  readonly end: Promise<number | null>;
}

/** Starts a program in a folder, where `.vega/operator.key` lies. */
export const start = (cwd: string, keys: NodeJS.ProcessEnv, command: string, ...args: string[]): Started => {
  const env = { ...process.env, ...keys };
  const child: ChildProcess = spawn(command, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  let text = '';
  child.stdout?.on('data', (chunk) => {
    text += chunk;
  });
  const end = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    text: () => text,
    end,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid);
      await end;
    },
  };
};
