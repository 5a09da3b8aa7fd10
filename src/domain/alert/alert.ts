export const ALERT_KINDS = [
  'HUMAN_NEEDED',
  'AT_RISK',
  'TOO_LATE',
  'MISSED',
  'QUARANTINED',
  'STORAGE',
  'DRIFT',
  'EXPIRING',
  'RECOVERED',
] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** What is to be told. No part of it is a secret, a mobile number or a user id of the broker. */
export interface AlertDraft {
  readonly kind: AlertKind;
  /** Null where it concerns every account. */
  readonly accountId: string | null;
  /** One sentence, which stands alone on a locked phone. */
  readonly title: string;
  /** What happened and what to do. */
  readonly text: string;
  /** Names the fact: of one kind it is told once, however often it is raised. */
  readonly fact: string;
  /** Not sent before that; a fact that has ended by then is not sent at all. */
  readonly holdMs?: number;
}

export interface Alert extends Omit<AlertDraft, 'fact' | 'holdMs'> {
  readonly id: string;
  readonly raisedAt: Date;
  readonly acknowledgedAt: Date | null;
  /** The caller's id, or `link`. */
  readonly acknowledgedBy: string | null;
  /** Since when the fact holds no more. */
  readonly resolvedAt: Date | null;
}

/** Nobody has to answer these. */
export const INFORMING: readonly AlertKind[] = ['EXPIRING', 'RECOVERED'];

/** Somebody has to say that it was seen; else it is escalated. */
export const wantsAcknowledgement = (kind: AlertKind): boolean => !INFORMING.includes(kind);

/** Sent in quiet hours, too. */
export const breaksQuiet = (kind: AlertKind): boolean => kind === 'HUMAN_NEEDED';

/** Somebody has seen it, or the fact holds no more: nobody has to be told. */
export const isSettled = ({ acknowledgedAt, resolvedAt }: Alert): boolean =>
  acknowledgedAt !== null || resolvedAt !== null;

/** Somebody still has to say that it was seen. */
export const isOpen = (alert: Alert): boolean => wantsAcknowledgement(alert.kind) && !isSettled(alert);
