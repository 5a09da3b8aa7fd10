import { type Caller, mayUseApi } from '../account/access-key.ts';
import type { ControlEvent, EventPayload } from './event.ts';

type Message = EventPayload | ControlEvent;

/** What a SERVICE key can receive: nothing of the audit. */
const SENT_TO_SERVICES: Readonly<Record<Message['kind'], boolean>> = {
  AUTH_STATE: true,
  TOKEN_PROGRESS: true,
  COOLDOWN: true,
  AUTH_CONFIRMED: true,
  TOKEN_STORED: true,
  DB_RECOVERY: true,
  READINESS: true,
  CANARY: true,
  ACCOUNT_SWITCHED: true,
  AUDIT: false,
  HEARTBEAT: true,
  GAP: true,
};

/** Whether something is told to a caller who may follow events at all. */
export const canReceive = ({ role, bounds }: Caller, message: Message): boolean => {
  if (role !== 'SERVICE') return true;
  if (!SENT_TO_SERVICES[message.kind]) return false;
  return message.kind !== 'TOKEN_STORED' || mayUseApi(bounds, message.stored.apiName);
};
