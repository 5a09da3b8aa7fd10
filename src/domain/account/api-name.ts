/** The six API apps an account can have, in the order in which tokens are made and shown. */
export const API_NAMES = [
  'PRIMARY',
  'WEBSOCKET1',
  'WEBSOCKET2',
  'WEBSOCKET3',
  'OPTIONCHAIN1',
  'OPTIONCHAIN2',
] as const;

export type ApiName = (typeof API_NAMES)[number];

export const MAX_APIS = API_NAMES.length;

export const isApiName = (text: string): text is ApiName => API_NAMES.some((name) => name === text);

/** PRIMARY first, then as the names are listed above. */
export const byApiOrder = (a: { apiName: ApiName }, b: { apiName: ApiName }): number =>
  API_NAMES.indexOf(a.apiName) - API_NAMES.indexOf(b.apiName);
