import { type Caller, mayUseApi } from './access-key.ts';
import type { AuthAside, AuthHappening } from './event.ts';

type Saying = AuthHappening | AuthAside;

/** What a SERVICE key hears of: nothing of the audit. */
const TOLD_TO_SERVICES: Readonly<Record<Saying['kind'], boolean>> = {
  AUTH_STATE: true,
  TOKEN_PROGRESS: true,
  COOLDOWN: true,
  AUTH_CONFIRMED: true,
  TOKEN_STORED: true,
  DB_RECOVERY: true,
  ACCOUNT_SWITCHED: true,
  AUDIT: false,
  HEARTBEAT: true,
  GAP: true,
};

/** Whether something is told to a caller who may follow events at all. */
export const mayHear = ({ role, bounds }: Caller, saying: Saying): boolean => {
  if (role !== 'SERVICE') return true;
  if (!TOLD_TO_SERVICES[saying.kind]) return false;
  return saying.kind !== 'TOKEN_STORED' || mayUseApi(bounds, saying.stored.apiName);
};
