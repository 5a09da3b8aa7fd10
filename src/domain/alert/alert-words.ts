import { toLocalIst } from '../wall-time.ts';
import type { AlertMessage } from './alert-sender.ts';

/** The line that people see first. */
export const titleOf = ({ title, isEscalated }: AlertMessage): string =>
  isEscalated ? `Not acknowledged yet: ${title}` : title;

/** Everything below the title, as plain text. */
export const bodyOf = ({ text, raisedAt, acknowledgeUrl }: AlertMessage): string =>
  [
    text,
    `Raised ${toLocalIst(raisedAt).replace('T', ' ')} IST.`,
    ...(acknowledgeUrl === null ? [] : [`Acknowledge: ${acknowledgeUrl}`]),
  ].join('\n');
