import type { Caller } from '../domain/account/access-key.ts';
import type { Services } from '../services/services.ts';

/** What every resolver is handed. */
export interface Context {
  readonly services: Services;
  /** Who asks. */
  readonly caller: Caller;
}
