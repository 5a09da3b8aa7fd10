import type { AuditLogQuery, Severity } from '../../sdk/index.ts';
import { type Look, line, type Tone } from './look.ts';
import { inIst, istTime } from './times.ts';

export type Entry = AuditLogQuery['auditLog']['nodes'][number];

const TONES: Readonly<Record<Severity, Tone>> = { INFO: 'plain', WARN: 'warn', ERROR: 'bad' };
const NARROW = 80;

/** One act in one line; on a narrow screen without its date and component. */
export const renderEntry = (entry: Entry, look: Look): string => {
  const isNarrow = look.width < NARROW;
  const time = isNarrow ? istTime(entry.timestamp) : `${inIst(entry.timestamp)} IST`;
  return line(
    [
      { text: time, tone: 'calm' },
      ' ',
      { text: entry.severity.padEnd(6), tone: TONES[entry.severity] },
      isNarrow ? '' : entry.component.padEnd(5),
      entry.apiName === null ? '' : `${entry.apiName} `,
      { text: entry.message, tone: TONES[entry.severity] },
    ],
    look,
  );
};
