import { LoginFailure } from '../login/login-failure.ts';

/** Why Chromium runs without its sandbox; null when it runs with it. */
export type SandboxOff = 'ROOT' | 'SETTING' | null;

/** Chromium refuses to use its sandbox when root starts it. */
export const sandboxOff = (isWanted: boolean, userId = process.getuid?.()): SandboxOff => {
  if (userId === 0) return 'ROOT';
  return isWanted ? null : 'SETTING';
};

/** The sandbox cannot be had on this machine. The browser is not started without it unless the operator says so. */
export class SandboxUnavailable extends LoginFailure {
  constructor(executablePath: string, options: ErrorOptions) {
    super(
      'BROWSER_FAILED',
      `The browser ${executablePath} cannot start its sandbox here: this machine or container forbids user namespaces, or chroot in them; \`vega-auth doctor\` says what to do.`,
      options,
    );
    this.name = 'SandboxUnavailable';
  }
}

/** What Chromium and its zygote say where namespaces are forbidden, and what Playwright makes of it. */
const WORDS =
  /sandboxing failed|No usable sandbox|sys_chroot|crbug\.com\/(?:357670|638180)|Failed to move to new namespace|setuid_sandbox_host|Operation not permitted.*namespace/i;

export const isSandboxTrouble = (error: unknown): boolean =>
  error instanceof Error && WORDS.test(error.message);
