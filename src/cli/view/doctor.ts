import type { SystemHealthQuery } from '../../sdk/index.ts';
import { inCommands } from './command-words.ts';
import { type Look, line, type Tone, wrap } from './look.ts';

export type Health = SystemHealthQuery['systemHealth'];
type State = Health['database'];

/** One thing that was looked at. */
export interface Examined {
  readonly title: string;
  readonly state: State;
  readonly findings: readonly { readonly message: string; readonly nextAction: string }[];
  /** What was looked at. */
  readonly details?: readonly string[];
}

const LOOKS: Readonly<Record<State, { readonly glyph: string; readonly word: string; readonly tone: Tone }>> =
  {
    OK: { glyph: '●', word: 'ok', tone: 'good' },
    DEGRADED: { glyph: '▲', word: 'needs a look', tone: 'warn' },
    DOWN: { glyph: '✕', word: 'does not work', tone: 'bad' },
    UNKNOWN: { glyph: '?', word: 'not known', tone: 'calm' },
  };

/** Each part with what was found there, and what to do about it. */
export const renderExamined = (parts: readonly Examined[], look: Look): readonly string[] =>
  parts.flatMap(({ title, state, findings, details = [] }) => {
    const { glyph, word, tone } = LOOKS[state];
    return [
      line([{ text: `${glyph} `, tone }, title.padEnd(15), { text: word, tone }], look),
      ...details.flatMap((detail) => wrap(detail, look, '    ')),
      ...findings.flatMap(({ message, nextAction }) => [
        ...wrap(message, look, '    '),
        ...wrap(`→ ${inCommands(nextAction)}`, look, '    '),
      ]),
    ];
  });

const TITLES = {
  database: ['Database', 'DATABASE'],
  cache: ['Memory', 'CACHE'],
  disk: ['Disk', 'DISK'],
  clock: ['Clock', 'CLOCK'],
  browser: ['Browser', 'BROWSER'],
  config: ['API apps', 'CONFIG'],
  api: ['Broker', 'API'],
} as const;

/** The parts that the API knows of. */
export const examinedOf = (health: Health): readonly Examined[] =>
  (Object.keys(TITLES) as (keyof typeof TITLES)[]).map((part) => {
    const [title, component] = TITLES[part];
    const findings = health.findings.filter((finding) => finding.component === component);
    const details = health.details.filter((detail) => detail.component === component);
    return { title, state: health[part], findings, details: details.map(({ text }) => text) };
  });
