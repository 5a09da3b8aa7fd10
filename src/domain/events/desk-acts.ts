import type { AccessRole } from '../account/access-key.ts';
import type { ApiName } from '../account/api-name.ts';
import type { ChannelKind } from '../alert/alert-channel.ts';
import type { CanaryVerdict } from '../canary/canary-report.ts';
import type { Probe, ProbeAnswer } from '../capability/capability.ts';
import type { RoleCredential } from '../role/role.ts';
import type { OccurrenceOutcome } from '../schedule/schedule.ts';
import type { Verdict } from '../token/verdict.ts';
import { error, info, warn } from './act.ts';

/** Why a token was not handed out. */
export type LeaseRefusal = Exclude<Verdict, 'VALID'> | 'OUT_OF_BOUNDS' | 'API_NOT_CONFIGURED';

const list = (words: readonly string[]): string => (words.length === 0 ? 'nothing' : words.join(', '));

const often = (times: number): string => (times === 1 ? '' : ` (${times} times)`);

interface ProbeFacts extends ProbeAnswer {
  readonly probe: Probe;
}

const probeText = ({ probe, result, reason, httpStatus, brokerCode }: ProbeFacts): string => {
  const details = [reason ?? '', httpStatus === null ? '' : `HTTP ${httpStatus}`, brokerCode ?? ''];
  const said = details.filter((one) => one !== '').join(', ');
  return `Probe ${probe}: ${result}${said === '' ? '' : ` (${said})`}.`;
};

/** What the server and its operator, keys, days, looks and alerts did. */
export const DESK_ACTS = {
  SERVER_STARTED: info<{ processId: number }>(
    'API',
    ({ processId }) => `vega-auth started as process ${processId}.`,
  ),
  SERVER_STOPPED: info('API', 'vega-auth stopped in good order.'),
  CONFIG_SAVED: warn<{ enabled: boolean; newSecret: boolean }>(
    'API',
    ({ enabled, newSecret }) =>
      `API config saved, ${enabled ? 'enabled' : 'disabled'}${newSecret ? ', with a new client secret' : ''}.`,
  ),
  CONFIG_REMOVED: warn('API', 'API config removed.'),
  ACCOUNT_ADDED: warn('API', 'Account added; its credentials are sealed.'),
  ACCOUNT_RENAMED: info<{ name: string }>('API', ({ name }) => `Account renamed to ${name}.`),
  ACCOUNT_REMOVED: warn('API', 'Account removed, with its API configs and its dead tokens.'),
  ACCOUNT_SWITCHED: warn<{ from: string }>(
    'API',
    ({ from }) => `The active account now, in place of ${from}.`,
  ),
  CREDENTIALS_CHANGED: warn('API', 'The account has new credentials; they are sealed.'),
  KEY_REFUSED: warn<{ times: number }>(
    'API',
    ({ times }) => `A request without a valid key was refused${often(times)}.`,
  ),
  KEY_CREATED: warn<{ keyId: string; name: string; role: AccessRole }>(
    'API',
    ({ keyId, name, role }) => `Access key ${keyId} created: ${role}, ${JSON.stringify(name)}.`,
  ),
  KEY_REVOKED: warn<{ keyId: string }>('API', ({ keyId }) => `Access key ${keyId} revoked.`),
  ACCESS_DENIED: warn<{ caller: string; field: string; times: number }>(
    'API',
    ({ caller, field, times }) => `${caller} may not use ${field}: refused${often(times)}.`,
  ),
  TOKEN_LEASED: info<{ keyId: string; version: number; credential?: RoleCredential }>(
    'AUTH',
    ({ keyId, version, credential = 'LOGIN' }) =>
      `Version ${version} of the token${credential === 'LOGIN' ? '' : ` (${credential})`} is handed to key ${keyId}.`,
  ),
  LEASE_REFUSED: warn<{ keyId: string; api: ApiName; reason: LeaseRefusal; times: number }>(
    'AUTH',
    ({ keyId, api, reason, times }) =>
      `The token of ${api} was not handed to key ${keyId} (${reason})${often(times)}.`,
  ),
  SESSION_OPENED: info('API', 'A browser was let in.'),
  SESSIONS_ENDED: warn<{ count: number }>(
    'API',
    ({ count }) => `The sessions of ${count} browsers were ended.`,
  ),
  LINK_REFUSED: warn<{ times: number }>(
    'API',
    ({ times }) => `A login link that is used up or unknown was refused${often(times)}.`,
  ),
  TRADING_DAY_SET: warn<{ date: string; exchange: string; kind: string }>(
    'API',
    ({ date, exchange, kind }) => `The operator set ${date} of ${exchange} to ${kind}.`,
  ),
  TRADING_DAY_CLEARED: warn<{ date: string; exchange: string }>(
    'API',
    ({ date, exchange }) => `The operator's entry of ${date} of ${exchange} is removed.`,
  ),
  CALENDAR_FETCHED: info<{ subject: string; days: number }>(
    'API',
    ({ subject, days }) => `The broker's calendar (${subject}) is read: ${days} days.`,
  ),
  CALENDAR_CHANGED: warn<{ subject: string; dates: readonly string[] }>(
    'API',
    ({ subject, dates }) => `The broker's calendar (${subject}) has changed: ${list(dates)}.`,
  ),
  SCHEDULE_SAVED: warn<{ enabled: boolean; start: string }>(
    'API',
    ({ enabled, start }) => `Schedule saved, ${enabled ? 'on' : 'off'}: ${start}.`,
  ),
  SCHEDULE_REMOVED: warn('API', 'Schedule removed.'),
  OCCURRENCE_DECIDED: info<{ date: string; outcome: OccurrenceOutcome; reason: string | null }>(
    'AUTH',
    ({ date, outcome, reason }) => `Schedule of ${date}: ${outcome}${reason === null ? '' : ` (${reason})`}.`,
  ),
  OCCURRENCE_MISSED: error<{ date: string; plannedAt: Date; reason: string }>(
    'AUTH',
    ({ date, plannedAt, reason }) =>
      `Schedule of ${date} missed; it was to start at ${plannedAt.toISOString()}: ${reason}`,
  ),
  CANARY_LOOKED: info<{ verdict: CanaryVerdict; message: string }>(
    'AUTH',
    ({ verdict, message }) => `The login dialog was looked at: ${verdict}. ${message}`,
  ),
  CANARY_DRIFTED: error<{ message: string; changes: readonly string[] }>(
    'AUTH',
    ({ message, changes }) => `The login dialog has changed: DRIFT. ${[message, ...changes].join(' · ')}`,
  ),
  ALERT_CHANNEL_SAVED: warn<{ name: string; kind: ChannelKind; destination: string }>(
    'API',
    ({ name, kind, destination }) =>
      `Alert channel ${JSON.stringify(name)} saved: ${kind} at ${destination}; how it is reached is sealed.`,
  ),
  ALERT_CHANNEL_REMOVED: warn<{ name: string }>(
    'API',
    ({ name }) => `Alert channel ${JSON.stringify(name)} removed.`,
  ),
  ALERT_CHANNEL_TESTED: info<{ name: string; answer: string }>(
    'API',
    ({ name, answer }) => `Alert channel ${JSON.stringify(name)} tested: ${answer}.`,
  ),
  ALERT_ACKNOWLEDGED: info<{ alertId: string; by: string }>(
    'API',
    ({ alertId, by }) => `Alert ${alertId} acknowledged by ${by}.`,
  ),
  ALERT_SENT_AGAIN: info<{ alertId: string; names: readonly string[] }>(
    'API',
    ({ alertId, names }) =>
      `Alert ${alertId} is sent again to ${names.map((name) => JSON.stringify(name)).join(', ')}.`,
  ),
  ALERT_UNDELIVERED: error<{ name: string; answer: string }>(
    'API',
    ({ name, answer }) =>
      `An alert could not be delivered to ${JSON.stringify(name)} and is given up: ${answer}.`,
  ),
  CAPABILITY_PROBED: info<ProbeFacts>('API', probeText),
  CAPABILITY_REFUSED: warn<ProbeFacts>('API', probeText),
};
