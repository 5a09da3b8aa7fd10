import type { Migration } from 'kysely';
import * as p0001 from './postgres/0001-tokens.ts';
import * as p0002 from './postgres/0002-accounts.ts';
import * as p0003 from './postgres/0003-runs.ts';
import * as p0004 from './postgres/0004-audit.ts';
import * as p0005 from './postgres/0005-access.ts';
import * as p0006 from './postgres/0006-days.ts';
import * as p0007 from './postgres/0007-alerts.ts';
import * as p0008 from './postgres/0008-roles.ts';
import * as p0009 from './postgres/0009-dialog-looks.ts';
import * as p0010 from './postgres/0010-account-leases.ts';
import * as p0011 from './postgres/0011-workers.ts';
import * as p0012 from './postgres/0012-account-versions.ts';
import * as m0001 from './sqlite/0001-tokens.ts';
import * as m0002 from './sqlite/0002-runs.ts';
import * as m0003 from './sqlite/0003-api-configs.ts';
import * as m0004 from './sqlite/0004-auth-states.ts';
import * as m0005 from './sqlite/0005-approvals.ts';
import * as m0006 from './sqlite/0006-audit.ts';
import * as m0007 from './sqlite/0007-events.ts';
import * as m0008 from './sqlite/0008-access-keys.ts';
import * as m0009 from './sqlite/0009-accounts.ts';
import * as m0010 from './sqlite/0010-sessions.ts';
import * as m0011 from './sqlite/0011-process-birth.ts';
import * as m0012 from './sqlite/0012-own-names.ts';
import * as m0013 from './sqlite/0013-otp-interval.ts';
import * as m0014 from './sqlite/0014-ended-tokens.ts';
import * as m0015 from './sqlite/0015-spills.ts';
import * as m0016 from './sqlite/0016-token-marks.ts';
import * as m0017 from './sqlite/0017-confirmed.ts';
import * as m0018 from './sqlite/0018-trading-calendar.ts';
import * as m0019 from './sqlite/0019-schedules.ts';
import * as m0020 from './sqlite/0020-login-phases.ts';
import * as m0021 from './sqlite/0021-readiness.ts';
import * as m0022 from './sqlite/0022-alerts.ts';
import * as m0023 from './sqlite/0023-roles.ts';
import * as m0024 from './sqlite/0024-capabilities.ts';
import * as m0025 from './sqlite/0025-dialog-looks.ts';
import * as m0026 from './sqlite/0026-account-leases.ts';
import * as m0027 from './sqlite/0027-workers.ts';

interface SqliteMigration extends Migration {
  /** The columns that it makes, by the name of their table without its prefix. */
  readonly makes: Readonly<Record<string, string>>;
}

/** Every migration of SQLite, in order. Forward only: a name that has been released is never changed or removed. */
export const sqliteMigrations: Readonly<Record<string, SqliteMigration>> = {
  '0001-tokens': m0001,
  '0002-runs': m0002,
  '0003-api-configs': m0003,
  '0004-auth-states': m0004,
  '0005-approvals': m0005,
  '0006-audit': m0006,
  '0007-events': m0007,
  '0008-access-keys': m0008,
  '0009-accounts': m0009,
  '0010-sessions': m0010,
  '0011-process-birth': m0011,
  '0012-own-names': m0012,
  '0013-otp-interval': m0013,
  '0014-ended-tokens': m0014,
  '0015-spills': m0015,
  '0016-token-marks': m0016,
  '0017-confirmed': m0017,
  '0018-trading-calendar': m0018,
  '0019-schedules': m0019,
  '0020-login-phases': m0020,
  '0021-readiness': m0021,
  '0022-alerts': m0022,
  '0023-roles': m0023,
  '0024-capabilities': m0024,
  '0025-dialog-looks': m0025,
  '0026-account-leases': m0026,
  '0027-workers': m0027,
};

interface PostgresMigration extends Migration {
  /** The tables that it makes. */
  readonly makes: readonly string[];
}

/** Every migration of PostgreSQL, in order, by the same rule. Both lists end in the same schema. */
export const postgresMigrations: Readonly<Record<string, PostgresMigration>> = {
  '0001-tokens': p0001,
  '0002-accounts': p0002,
  '0003-runs': p0003,
  '0004-audit': p0004,
  '0005-access': p0005,
  '0006-days': p0006,
  '0007-alerts': p0007,
  '0008-roles': p0008,
  '0009-dialog-looks': p0009,
  '0010-account-leases': p0010,
  '0011-workers': p0011,
  '0012-account-versions': p0012,
};
