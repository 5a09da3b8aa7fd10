import type { Request } from 'playwright';

/** The request at which a chain of redirects began. */
export const originOf = (request: Request): Request => {
  const before = request.redirectedFrom();
  return before === null ? request : originOf(before);
};
