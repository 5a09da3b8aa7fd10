import type { AlertSender } from '../../domain/alert/alert-sender.ts';
import type { Logger } from '../../log.ts';
import type { AuditedWrites } from '../audit/audit.ts';

export interface OutboxOptions extends AuditedWrites {
  readonly sender: AlertSender;
  /** Where people reach this server; null while it does not listen. */
  readonly linkBase: () => string | null;
  readonly log: Logger;
}
