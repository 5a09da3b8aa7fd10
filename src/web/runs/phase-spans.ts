import type { LoginStep } from '../../sdk/index.ts';
import type { DashboardQuery } from '../gql/graphql.ts';
import type { Span } from './span.ts';

type Phase = NonNullable<DashboardQuery['authState']['run']>['steps'][number]['phases'][number];

const WORK = (name: string) => ({ name, kind: 'work' }) as const;
const WAIT = (name: string) => ({ name, kind: 'wait' }) as const;
const PERSON = WAIT('wait for a person');

const NAMES: Readonly<Record<LoginStep, Pick<Span, 'name' | 'kind'>>> = {
  DIALOG: WORK('dialog'),
  OTP_SPACING: WAIT('wait until an OTP may be requested'),
  MOBILE: WORK('mobile number'),
  TOTP_WAIT: WAIT('wait for a fresh TOTP code'),
  OTP: WORK('OTP'),
  PIN: WORK('PIN'),
  CONSENT: WORK('consent'),
  REDIRECT: WORK('redirect'),
  HUMAN_LOGIN: PERSON,
  EXCHANGE: WORK('exchange'),
  APPROVAL_REQUEST: WORK('request for approval'),
  APPROVAL_WAIT: PERSON,
  STORE: WORK('store'),
  VERIFY: WORK('check with the broker'),
};

/** The phases as they were, to the millisecond; one without an end lasts until `end`, or until the next one. */
export const phaseSpans = (phases: readonly Phase[], end: number): readonly Span[] =>
  phases.map(({ step, startedAt, endedAt, awaitsOperator, failure }, index) => {
    const from = Date.parse(startedAt);
    const next = phases[index + 1]?.startedAt;
    const to = endedAt == null ? (next === undefined ? end : Date.parse(next)) : Date.parse(endedAt);
    const of = awaitsOperator ? PERSON : NAMES[step];
    const kind = failure == null ? of.kind : 'failed';
    return { name: failure == null ? of.name : `${of.name}: ${failure}`, kind, from, to: Math.max(from, to) };
  });
