/** Where the page that answers a one-time link leaves the page key, and the header that takes it to the server. */
const ITEM = 'vega-page-key';
const HEADER = 'x-vega-page-key';

/** What a page of the server's own origin sends beside the session's cookie. A worker has to be told the page key. */
export const pageKeyHeaders = (pageKey = storedPageKey()): Readonly<Record<string, string>> =>
  pageKey === null ? {} : { [HEADER]: pageKey };

/** Null outside of a page, and where nobody has logged in. */
const storedPageKey = (): string | null => {
  try {
    return typeof document === 'undefined' ? null : localStorage.getItem(ITEM);
  } catch {
    return null;
  }
};

export const storePageKey = (response: Response): void => {
  const pageKey = response.headers.get(HEADER);
  if (pageKey !== null) localStorage.setItem(ITEM, pageKey);
};

export const forgetPageKey = (): void => localStorage.removeItem(ITEM);
