import { randomBytes } from 'node:crypto';
import {
  deleteAlertChannel,
  findAlertChannels,
  openAlertTarget,
  saveAlertChannel as storeChannel,
} from '../../db/queries/alerts/alert-channels.ts';
import type { AlertKind } from '../../domain/alert/alert.ts';
import type {
  AlertChannel,
  ChannelKind,
  ChannelTarget,
  QuietHours,
} from '../../domain/alert/alert-channel.ts';
import type { AlertSender, SendResult } from '../../domain/alert/alert-sender.ts';
import { destinationOf, TELEGRAM_URL, targetFault } from '../../domain/alert/channel-rules.ts';
import { Refusal } from '../../domain/refusal.ts';
import { Secret } from '../../domain/secret.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { newId } from './raise-alert.ts';

export interface ChannelNeeds extends AuditedWrites {
  readonly sender: AlertSender;
}

/** A channel as it is to be. What reaches it is taken over from before where `url` and `secret` are left out. */
export interface ChannelDraft {
  /** Null for a new one. */
  readonly id: string | null;
  readonly name: string;
  readonly kind: ChannelKind;
  readonly url: string | null;
  readonly secret: string | null;
  readonly user: string | null;
  readonly sender: string | null;
  readonly recipient: string | null;
  readonly kinds: readonly AlertKind[] | null;
  readonly accountId: string | null;
  readonly afterMinutes: number | null;
  readonly quietFrom: string | null;
  readonly quietUntil: string | null;
}

/** A channel that was just saved. */
export interface SavedChannel {
  readonly channel: AlertChannel;
  /** What the receiver of a new webhook verifies signatures with; it is told once. Null where it was given. */
  readonly signingSecret: Secret | null;
}

const TEST_TIMEOUT_MS = 15_000;
const DEFAULT_PING_MINUTES = 5;

export const listAlertChannels = ({
  database,
}: Pick<AuditedWrites, 'database'>): Promise<readonly AlertChannel[]> =>
  database.cached('alert channels', findAlertChannels);

export const saveAlertChannel = async (needs: ChannelNeeds, draft: ChannelDraft): Promise<SavedChannel> => {
  const { database, audit, clock, sender } = needs;
  const { vault } = database;
  return database.write(async (trx) => {
    const known = await findAlertChannels(trx);
    const before = known.find(({ id }) => id === draft.id) ?? null;
    if (draft.id !== null && before === null) throw noSuchChannel();
    if (known.some(({ id, name }) => name === draft.name && id !== draft.id))
      throw badInput('Another channel has this name.');
    const former = before === null ? null : await openAlertTarget(trx, vault, before.id);
    const wanted = targetOf(draft, former);
    const signingSecret = draft.kind === 'WEBHOOK' && wanted.secret === null ? newSigningSecret() : null;
    const target = { ...wanted, secret: wanted.secret ?? signingSecret };
    const fault = targetFault(target, sender.allowedHosts);
    if (fault !== null) throw badInput(fault);
    const { name, kind, kinds, accountId } = draft;
    const quiet = quietHoursOf(draft);
    const channel: AlertChannel = {
      ...{ id: before?.id ?? newId('channel'), name, kind, kinds, accountId, quiet },
      destination: destinationOf(target),
      afterMinutes:
        kind === 'HEARTBEAT' ? draft.afterMinutes || DEFAULT_PING_MINUTES : (draft.afterMinutes ?? 0),
      createdAt: before?.createdAt ?? clock(),
      pingedAt: before?.pingedAt ?? null,
      pingAnswer: before?.pingAnswer ?? null,
    };
    await storeChannel(trx, vault, channel, target);
    await audit.note(
      trx,
      'ALERT_CHANNEL_SAVED',
      { name, kind, destination: channel.destination },
      { accountId },
    );
    return { channel, signingSecret };
  });
};

/** False where there was none. What waits for it is not sent. */
export const removeAlertChannel = async ({ database, audit }: AuditedWrites, id: string): Promise<boolean> =>
  database.write(async (trx) => {
    const known = (await findAlertChannels(trx)).find((channel) => channel.id === id);
    if (known === undefined) throw noSuchChannel();
    await deleteAlertChannel(trx, id);
    await audit.note(trx, 'ALERT_CHANNEL_REMOVED', { name: known.name });
    return true;
  });

/** Sends a message that tells nothing but that the channel works, once and at once. */
export const testAlertChannel = async (
  { database, audit, clock, sender }: ChannelNeeds,
  id: string,
): Promise<SendResult> => {
  const channel = (await findAlertChannels(database.read)).find((one) => one.id === id);
  const target = await openAlertTarget(database.read, database.vault, id);
  if (channel === undefined || target === null) throw noSuchChannel();
  const result =
    channel.kind === 'HEARTBEAT'
      ? await sender.ping(target, { timeoutMs: TEST_TIMEOUT_MS })
      : await sender.send(target, testMessage(clock()), { timeoutMs: TEST_TIMEOUT_MS });
  await audit.record('ALERT_CHANNEL_TESTED', { name: channel.name, answer: result.answer });
  return result;
};

const testMessage = (raisedAt: Date) => ({
  id: newId('delivery'),
  kind: 'TEST' as const,
  accountId: null,
  title: 'vega-auth: a test of this channel',
  text: 'Alerts arrive here. Nothing is to be done.',
  raisedAt,
  isEscalated: false,
  acknowledgeUrl: null,
});

/** A secret belongs to the address that it was given for: a new address never gets the former one's. */
const targetOf = (draft: ChannelDraft, former: ChannelTarget | null): ChannelTarget => {
  const { kind, url, secret, user, sender, recipient } = draft;
  const isSame = former !== null && former.kind === kind;
  const fallback = kind === 'TELEGRAM' ? TELEGRAM_URL : null;
  const address = url ?? (isSame ? former.url.reveal() : fallback);
  if (address === null) throw badInput('url is needed.');
  const isSameAddress = isSame && address === former.url.reveal();
  return {
    kind,
    url: new Secret(address),
    secret: secret !== null ? new Secret(secret) : isSameAddress ? former.secret : null,
    user: user ?? (isSameAddress ? former.user : null),
    sender: sender ?? (isSame ? former.sender : null),
    recipient: recipient ?? (isSame ? former.recipient : null),
  };
};

const quietHoursOf = ({ quietFrom: from, quietUntil: until }: ChannelDraft): QuietHours | null => {
  if (from === null && until === null) return null;
  if (from === null || until === null || from === until)
    throw badInput('quietFrom and quietUntil belong together, and differ.');
  return { from, until };
};

const newSigningSecret = (): Secret => new Secret(`whsec_${randomBytes(32).toString('base64')}`);

const noSuchChannel = (): Refusal =>
  new Refusal('NOT_FOUND', 'There is no such channel.', 'Ask `alertChannels` for the ids there are.');

const badInput = (message: string): Refusal =>
  new Refusal('BAD_USER_INPUT', message, 'Correct the channel and save it again.');
