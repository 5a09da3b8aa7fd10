import type { CommandOption } from './command.ts';

/** Options that several commands have in common. */
export const JSON_OPTION: CommandOption = { flags: '--json', description: 'Print what the API answered.' };

export const ACCOUNT_OPTION: CommandOption = {
  flags: '--account <id>',
  description: 'An account; the active one if left out.',
};
