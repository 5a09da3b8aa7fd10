import type { ApiName } from '../account/api-name.ts';
import { toLocalIst } from '../wall-time.ts';
import type {
  ForecastOutcome,
  MorningReport,
  ReportAct,
  ReportForecast,
  ReportLogin,
  ReportWait,
  WaitKind,
} from './report.ts';

const time = (instant: Date): string => toLocalIst(instant).slice(11);
const clock = (instant: Date | null): string =>
  instant === null ? 'not known' : toLocalIst(instant).slice(11, 16);

const span = (from: Date, to: Date): string => {
  const seconds = Math.max(0, Math.round((+to - +from) / 1000));
  return seconds < 60
    ? `${seconds} s`
    : `${Math.floor(seconds / 60)} m ${String(seconds % 60).padStart(2, '0')} s`;
};

const named = (apiName: ApiName | null): string => (apiName ?? '').padEnd(13);
const row = (at: string, apiName: ApiName | null, words: string): string =>
  `  ${at}  ${named(apiName)} ${words}`;
const more = (words: string): string => `${' '.repeat(26)}${words}`;

const section = (title: string, lines: readonly string[], none: string): readonly string[] => [
  '',
  title,
  ...(lines.length === 0 ? [`  ${none}`] : lines),
];

/** The report for people, line by line; the same audit gives the same lines. */
export const reportLines = (report: MorningReport): readonly string[] => {
  const made = report.logins.filter(({ outcome }) => outcome === 'STORED');
  const failed = report.logins.filter(({ outcome }) => outcome === 'FAILED');
  return [
    `${report.accountId}, trading day ${report.date}. Times are of India (IST).`,
    `Bell ${clock(report.bell)}; the gate ${report.gateOpenedAt === null ? 'never opened, as far as the audit says' : `opened at ${time(report.gateOpenedAt)}`}.`,
    toldFrom(report),
    ...section('Tokens', made.map(madeLine), 'No token was stored.'),
    ...section('Waits', report.waits.map(waitLine), 'Nothing was waited for.'),
    ...section('Failures', failed.flatMap(failureLines), 'Nothing failed.'),
    ...section('Decisions of people', report.decisions.map(actLine), 'None.'),
    ...section('Forecasts', report.forecasts.flatMap(forecastLines), 'None.'),
    ...section('What else happened', report.happenings.map(actLine), 'Nothing.'),
    ...section(
      'What the audit does not know',
      report.unknowns.map((words) => `  ${words}`),
      'Nothing is missing.',
    ),
  ].map(onOneLine);
};

const toldFrom = ({ entries, firstEntryAt, lastEntryAt }: MorningReport): string =>
  firstEntryAt === null || lastEntryAt === null
    ? 'The audit has no entry to tell from.'
    : `Told from ${entries} entries of the audit, from ${time(firstEntryAt)} to ${time(lastEntryAt)}.`;

const madeLine = ({ apiName, begunAt, endedAt, confirmedAt }: ReportLogin): string => {
  const took =
    begunAt === null || endedAt === null
      ? 'stored without a login'
      : `stored after ${span(begunAt, endedAt)}`;
  const confirmed = confirmedAt === null ? 'not confirmed by the broker' : `VALID at ${time(confirmedAt)}`;
  return row(endedAt === null ? '?' : time(endedAt), apiName, `${took}, ${confirmed}`);
};

const WAITED_FOR: Readonly<Record<WaitKind, string>> = {
  SPACING: 'OTP spacing',
  TOTP_STEP: 'next TOTP code',
  TURN: 'turn with the browser',
  COOLDOWN: 'cooldown',
  PERSON: 'a person',
  APPROVAL: 'approval on the phone',
};

const waitLine = ({ kind, apiName, from, to, reason }: ReportWait): string => {
  const why = reason === null ? '' : ` (${reason})`;
  const lasted = to === null ? 'its end is not known' : `${span(from, to)}, until ${time(to)}`;
  return row(time(from), apiName, `${WAITED_FOR[kind]}${why}: ${lasted}`);
};

const failureLines = ({ apiName, endedAt, failure, confirmedAt }: ReportLogin): readonly string[] => {
  const at = endedAt === null ? '?' : time(endedAt);
  // The profile call told nothing, and later it did.
  const confirmed =
    confirmedAt === null ? [] : [more(`Its token was stored, and VALID at ${time(confirmedAt)}.`)];
  if (failure === null) return [row(at, apiName, 'code not known'), ...confirmed];
  const submitted = failure.submitted.length === 0 ? 'nothing' : failure.submitted.join(', ');
  return [
    row(at, apiName, `${failure.code}; submitted: ${submitted}`),
    ...(failure.message === null ? [] : [more(failure.message)]),
    ...confirmed,
  ];
};

const actLine = ({ at, apiName, message }: ReportAct): string => row(time(at), apiName, message);

const JUDGED: Readonly<Record<ForecastOutcome, string>> = {
  CAME_TRUE: 'It came true',
  FAILED: 'It did not come true',
  NOT_KNOWN: 'Nothing to judge it by',
};

const forecastLines = (forecast: ReportForecast): readonly string[] => {
  const { at, verdict, bell, eta, probability, outcome, lateMinutes } = forecast;
  const done = eta === null ? '' : `, done about ${clock(eta)}`;
  // 100 % is never said of what had not come yet.
  const chance =
    probability === null || verdict === 'READY'
      ? ''
      : `, ${Math.min(99, Math.round(probability * 100))} % likely`;
  return [
    row(time(at), null, `${verdict} for ${clock(bell)}${done}${chance}`).replace(/ {15}/, ' '),
    `            ${judgement(verdict, outcome)}${off(lateMinutes)}.`,
  ];
};

const judgement = (verdict: string, outcome: ForecastOutcome): string =>
  verdict === 'AT_RISK' ? 'It said neither yes nor no' : JUDGED[outcome];

const off = (lateMinutes: number | null): string => {
  if (lateMinutes === null) return '';
  if (lateMinutes === 0) return '; the gate opened at the minute it said';
  return `; the gate opened ${Math.abs(lateMinutes)} min ${lateMinutes > 0 ? 'later' : 'earlier'} than it said`;
};

const INSTANT = /\b\d{4}-\d{2}-\d{2}T[\d:.]+Z/g;

/** Messages of the audit hold instants of UTC, and may quote what a person or a page has said. */
const onOneLine = (line: string): string =>
  line
    .replace(INSTANT, (text) => toLocalIst(new Date(text)).replace('T', ' '))
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trimEnd();
