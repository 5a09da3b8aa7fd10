import type { MorningReportQuery } from '../../../sdk/index.ts';
import type { Chart } from '../../runs/chart.ts';
import type { Span } from '../../runs/span.ts';

export type Report = MorningReportQuery['morningReport'];

/** The logins and waits of a day on one axis; null where there was no login. */
export const reportChart = ({ logins, waits, bell }: Report): Chart | null => {
  const ended = logins.flatMap(({ begunAt, endedAt }) => [begunAt ?? [], endedAt ?? []].flat());
  const instants = [...ended, ...waits.flatMap(({ from, to }) => [from, to ?? []].flat())].map(Date.parse);
  if (logins.length === 0 || instants.length === 0) return null;
  const [from, to] = [Math.min(...instants), Math.max(...instants, Math.min(...instants) + 1000)];
  const names = [...new Set(logins.map(({ apiName }) => apiName))];
  return {
    ...{ from, to },
    rows: names.map((apiName) => ({
      apiName,
      spans: [...loginSpans(logins, apiName, to), ...waitSpans(waits, apiName, to)],
    })),
    cooldowns: waits
      .filter(({ kind }) => kind === 'COOLDOWN')
      .map((wait) => ({ name: 'cooldown', kind: 'cooldown', ...times(wait, to) })),
    marks: bell == null || Date.parse(bell) > to ? [] : [{ name: 'bell', at: Date.parse(bell) }],
  };
};

const times = ({ from, to }: { from: string; to?: string | null | undefined }, end: number) => ({
  from: Date.parse(from),
  to: to == null ? end : Date.parse(to),
});

const loginSpans = (logins: Report['logins'], apiName: string, end: number): readonly Span[] =>
  logins.flatMap(({ apiName: of, begunAt, endedAt, outcome, failure }) => {
    if (of !== apiName || begunAt == null) return [];
    const name = outcome === 'FAILED' ? `failed: ${failure?.code ?? 'code not known'}` : 'login';
    const kind = outcome === 'FAILED' ? 'failed' : 'work';
    return [{ name, kind, ...times({ from: begunAt, to: endedAt }, end) } as const];
  });

const waitSpans = (waits: Report['waits'], apiName: string, end: number): readonly Span[] =>
  waits
    .filter((wait) => wait.apiName === apiName)
    .map((wait) => ({ name: 'wait', kind: 'wait', ...times(wait, end) }));
