/** What an operator can be advised to do, each an operation of the API. */
export const NEXT_OPERATIONS = [
  'SAVE_API_CONFIG',
  'UPDATE_CREDENTIALS',
  'CLEAR_QUARANTINE',
  'CHECK_TOKENS',
  'START_LOGIN',
  'GENERATE_MISSING',
  'IMPORT_TOKEN',
  'ACCEPT_PARTIAL',
  'ENTER_DASHBOARD',
] as const;
export type NextOperation = (typeof NEXT_OPERATIONS)[number];
