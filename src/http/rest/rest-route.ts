import type { Caller } from '../../domain/access-key.ts';

/** One route of the REST mirror. Whoever gets here has been let in. */
export interface RestRoute {
  readonly method: 'GET' | 'POST';
  /** Answered under `/api/v1`, too. */
  readonly path: string;
  readonly answer: (request: Request, caller: Caller) => Promise<Response>;
}
