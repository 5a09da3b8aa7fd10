import './scalars.ts';
import './access-key.ts';
import './account.ts';
import './account-changes.ts';
import './api-config-changes.ts';
import './audit.ts';
import './caller.ts';
import './auth-state.ts';
import './events.ts';
import './human-login.ts';
import './login-success.ts';
import './master-key.ts';
import './storage.ts';
import './system-health.ts';
import './token-expiry.ts';
import './token-lease.ts';
import './token-status.ts';
import { builder } from './builder.ts';

/** In the order in which it is written: sorting it is for `schema.graphql`, and would cost every start. */
export const schema = builder.toSchema({ sortSchema: false });
