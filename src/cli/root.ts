import type { Command } from './command.ts';
import { ACCOUNT_OPTION, JSON_OPTION } from './options.ts';

/** `vega-auth` without a command. */
export const root: Command = {
  name: 'vega-auth',
  summary:
    'Fresh Upstox access tokens every trading day. Without a command: the status, a menu and live progress.',
  options: [
    {
      flags: '--mode <mode>',
      description: 'interactive, or auto: make what is missing, wait out cooldowns, ask nobody.',
      choices: ['interactive', 'auto'],
    },
    { flags: '--yes', description: 'auto: begin at once, also on a terminal.' },
    ACCOUNT_OPTION,
    JSON_OPTION,
  ],
  examples: [
    { line: 'vega-auth', says: 'status, decision, progress' },
    { line: 'vega-auth --mode=auto --yes', says: 'the morning by itself, for cron and systemd' },
    { line: 'vega-auth generate WEBSOCKET1', says: 'one API' },
    { line: 'vega-auth demo', says: 'a rehearsal without an account' },
  ],
  run: async (terminal, given) => {
    if (given.mode === 'auto') return (await import('./commands/run/auto.ts')).auto(terminal, given);
    return (await import('./commands/run/interactive.ts')).interactive(terminal, given);
  },
};
