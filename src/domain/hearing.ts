import { type Caller, mayUseApi } from './access-key.ts';
import type { AuthAside, AuthHappening } from './event.ts';

/** Whether something is told to a caller who may follow events at all. A SERVICE key hears nothing of the audit. */
export const mayHear = ({ role, bounds }: Caller, happening: AuthHappening | AuthAside): boolean => {
  if (role !== 'SERVICE') return true;
  if (happening.kind === 'AUDIT') return false;
  return happening.kind !== 'TOKEN_STORED' || mayUseApi(bounds, happening.stored.apiName);
};
