import type { CommandOption } from './command.ts';

/** Options that several commands have in common. */
export const JSON_OPTION: CommandOption = { flags: '--json', description: 'Print what the API answered.' };

export const ACCOUNT_OPTION: CommandOption = {
  flags: '--account <id>',
  description: 'An account; the active one if left out.',
};

export const API_NAMES = [
  'PRIMARY',
  'WEBSOCKET1',
  'WEBSOCKET2',
  'WEBSOCKET3',
  'OPTIONCHAIN1',
  'OPTIONCHAIN2',
] as const satisfies readonly import('../sdk/index.ts').ApiName[];
