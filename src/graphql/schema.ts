import './scalars.ts';
import './access/access-key.ts';
import './alerts/alert.ts';
import './alerts/alert-channel.ts';
import './account/account.ts';
import './account/account-changes.ts';
import './account/api-config-changes.ts';
import './audit.ts';
import './access/caller.ts';
import './auth-state.ts';
import './days/schedule.ts';
import './days/trading-calendar.ts';
import './events.ts';
import './run/human-login.ts';
import './run/login-success.ts';
import './access/master-key.ts';
import './readiness.ts';
import './roles/account-role.ts';
import './roles/yearly-token.ts';
import './roles/role-changes.ts';
import './storage.ts';
import './system-health.ts';
import './token/token-expiry.ts';
import './token/token-lease.ts';
import './token/token-status.ts';
import { builder } from './builder.ts';

/** In the order in which it is written: sorting it is for `schema.graphql`, and would cost every start. */
export const schema = builder.toSchema({ sortSchema: false });
