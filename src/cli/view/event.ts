import type { VegaEvent } from '../../sdk/index.ts';
import { renderEntry } from './audit.ts';
import { canaryPiece } from './canary.ts';
import { type Look, line, type Piece } from './look.ts';
import { readinessPiece } from './readiness.ts';
import { countdown, istTime } from './times.ts';

type Kind = VegaEvent['__typename'];
type Told = { readonly [Name in Kind]: (event: Extract<VegaEvent, { __typename: Name }>) => Piece | null };

/** What each kind of event says; null for what is not worth a line. */
const RENDERERS: Told = {
  AuthStateEvent: ({ authState: { state, blockedBy } }) => ({
    text: `${state}${blockedBy === null ? '' : `, blocked by ${blockedBy}`}`,
    tone: blockedBy === null ? 'strong' : 'warn',
  }),
  TokenProgressEvent: ({ progress: { generated, total, runGenerated, runTotal, current, step } }) => ({
    text: `${generated}/${total}${runTotal === total && runGenerated === generated ? '' : ` (run ${runGenerated}/${runTotal})`}${current === null ? '' : `  ${current}  ${step ?? ''}`}`,
  }),
  CooldownEvent: ({ cooldown: { active, remainingSeconds, reason } }) =>
    active
      ? { text: `cooldown, ${countdown(remainingSeconds)} left (${reason ?? '-'})`, tone: 'warn' }
      : { text: 'no cooldown' },
  TokenStoredEvent: ({ stored: { apiName, version } }) => ({
    text: `${apiName} stored, version ${version}`,
    tone: 'good',
  }),
  DbRecoveryEvent: ({ recovery: { dbLocked, fallback, pendingWrites } }) =>
    dbLocked
      ? { text: `database cannot be written: ${fallback}, ${pendingWrites} writes wait`, tone: 'bad' }
      : { text: 'database is back', tone: 'good' },
  ReadinessEvent: ({ readiness }) => readinessPiece(readiness),
  CanaryEvent: ({ report }) => canaryPiece(report),
  AccountSwitchedEvent: ({ account: { id, name } }) => ({
    text: `${id} (${name}) is the active account`,
    tone: 'strong',
  }),
  AuthConfirmedEvent: () => ({ text: 'everything is confirmed: the gate is open', tone: 'good' }),
  GapEvent: () => ({
    text: 'some events are not known any more; the state as it is follows',
    tone: 'warn',
  }),
  AuditEvent: () => null,
  HeartbeatEvent: () => null,
};

/** One event in one line; null for what is not worth one. */
export const renderEvent = (event: VegaEvent, look: Look): string | null => {
  if (event.__typename === 'AuditEvent') return renderEntry(event.entry, look);
  const render = RENDERERS[event.__typename] as (event: VegaEvent) => Piece | null;
  const text = render(event);
  if (text === null) return null;
  const kind = event.__typename.replace(/Event$/, '');
  return line(
    [{ text: istTime(event.at), tone: 'calm' }, ` ${event.accountId}  ${kind.padEnd(16)}`, text],
    look,
  );
};
