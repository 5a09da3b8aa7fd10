import { spawn } from 'node:child_process';
import { killGroup } from '../../broker/kill-group.ts';
import { LoginFailure } from '../../broker/login/login-failure.ts';
import { codeIn, type TotpCommand } from '../../domain/account/totp-command.ts';
import { Secret } from '../../domain/secret.ts';

export const PROGRAM_TIMEOUT_MS = 10_000;

/** Six digits and blanks are far shorter. */
const MAX_OUTPUT = 1024;

/** All that the program gets of this process's environment: the rest holds the secrets of the accounts. */
const PASSED_ON = ['PATH', 'HOME', 'LANG'] as const;

/**
 * Asks the program for the present code, without a shell. What it writes to its standard error is not read: it may hold
 * secrets. Throws TOTP_COMMAND_FAILED, or ABORTED when the signal ends first; the program is ended then.
 */
export const askTotpProgram = (
  { program, words }: TotpCommand,
  signal: AbortSignal,
  timeoutMs = PROGRAM_TIMEOUT_MS,
): Promise<Secret> =>
  new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new LoginFailure('TOTP_COMMAND_FAILED', `${NAME} ${what}.`));
    if (signal.aborted) {
      reject(aborted());
      return;
    }
    // In a process group of its own, so that what it has started ends with it.
    const child = spawn(program, words, {
      ...{ shell: false, detached: true, windowsHide: true },
      env: Object.fromEntries(PASSED_ON.map((name) => [name, process.env[name]])),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      settle();
      killGroup(child.pid);
    };
    const onAbort = () => end(() => reject(aborted()));
    const timer = setTimeout(() => end(() => fail(`gave no code within ${timeoutMs / 1000} s`)), timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > MAX_OUTPUT) end(() => fail('printed more than a code'));
    });
    child.on('error', (error: NodeJS.ErrnoException) =>
      end(() => fail(`cannot be started (${error.code ?? 'unknown'})`)),
    );
    child.on('close', (status, ending) => {
      const code = codeIn(output);
      if (status !== 0) end(() => fail(status === null ? `was ended by ${ending}` : `ended with ${status}`));
      else if (code === null) end(() => fail('printed something else than six digits'));
      else end(() => resolve(new Secret(code)));
    });
  });

const NAME = 'The program of UPSTOX_TOTP_COMMAND';

const aborted = () => new LoginFailure('ABORTED', 'The run was aborted while the TOTP program was asked.');
