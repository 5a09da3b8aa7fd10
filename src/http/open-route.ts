import type { Denial } from './denial.ts';

/** A route that strangers may call: it needs no key, and judges by itself what it is sent. */
export interface OpenRoute {
  readonly path: string;
  readonly answer: (request: Request) => Promise<Response>;
  /** Says no in the route's own shape; the usual one if left out. */
  readonly deny?: (denial: Denial) => Response;
}
