import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Secret } from '../../domain/secret.ts';
import type { MasterKey } from './master-key.ts';

const SCHEME = 'vega1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** The value that is sealed: moved to another row or column it does not open. */
export interface SealedPlace {
  readonly table: string;
  readonly column: string;
  readonly row: string;
}

/** A sealed value cannot be opened: its key is not at hand, or it was changed or moved. */
export class SealError extends Error {
  constructor(place: SealedPlace, why: string) {
    super(`${place.table}.${place.column} of ${place.row} ${why}`);
    this.name = 'SealError';
  }
}

/** Seals with AES-256-GCM. A sealed value is `vega1:<key id>:<base64url of IV, text and tag>`. */
export class Vault {
  readonly #keys: readonly MasterKey[];
  readonly #newKeys: () => readonly MasterKey[];

  /**
   * The first key seals; all of them open. `newKeys` finds those that have come to hand since, for what another program
   * has sealed.
   */
  constructor(keys: readonly [MasterKey, ...MasterKey[]], newKeys: () => readonly MasterKey[] = () => []) {
    this.#keys = keys;
    this.#newKeys = newKeys;
  }

  /** A vault that opens what this one does, too, and seals as before. */
  withKeysOf(former: Vault): Vault {
    return new Vault([this.#sealingKey, ...this.#keys.slice(1), ...former.#keys], this.#newKeys);
  }

  get keyId(): string {
    return this.#sealingKey.id;
  }

  seal(secret: Secret, place: SealedPlace): string {
    const { id, bytes } = this.#sealingKey;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', bytes, iv).setAAD(additionalData(place));
    const text = Buffer.concat([cipher.update(secret.reveal(), 'utf8'), cipher.final()]);
    return [SCHEME, id, Buffer.concat([iv, text, cipher.getAuthTag()]).toString('base64url')].join(':');
  }

  open(sealed: string, place: SealedPlace): Secret {
    const [scheme, id, body] = sealed.split(':');
    const key = this.#find(id);
    if (scheme !== SCHEME || body === undefined) throw new SealError(place, 'is not a sealed value.');
    if (key === undefined) throw new SealError(place, `was sealed with another master key (${id}).`);
    const bytes = Buffer.from(body, 'base64url');
    const end = bytes.length - TAG_BYTES;
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, IV_BYTES))
        .setAAD(additionalData(place))
        .setAuthTag(bytes.subarray(end));
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, end)), decipher.final()]);
      return new Secret(text.toString('utf8'));
    } catch {
      throw new SealError(place, 'has been changed or moved since it was sealed.');
    }
  }

  /** Whether a value is sealed with the key that this vault seals with. */
  hasSealed(sealed: string): boolean {
    return sealed.split(':')[1] === this.keyId;
  }

  /** Whether the key of a sealed value is at hand. */
  hasKeyOf(sealed: string): boolean {
    const [, id] = sealed.split(':');
    return this.#find(id) !== undefined;
  }

  #find(id: string | undefined): MasterKey | undefined {
    const isIt = (key: MasterKey) => key.id === id;
    return this.#keys.find(isIt) ?? this.#newKeys().find(isIt);
  }

  get #sealingKey(): MasterKey {
    const [first] = this.#keys;
    if (first === undefined) throw new Error('A vault has at least one key.');
    return first;
  }
}

export const isSealed = (text: string): boolean => text.startsWith(`${SCHEME}:`);

const placeOf =
  (table: string, column: string) =>
  (accountNumber: number, apiName: string): SealedPlace => ({
    table,
    column,
    row: `${accountNumber} ${apiName}`,
  });

export const tokenPlace = placeOf('upstox_tokens', 'access_token');
export const refreshTokenPlace = placeOf('upstox_tokens', 'refresh_token');
export const tokenSecretPlace = placeOf('upstox_tokens', 'client_secret');
/** A token that lives for a year, by its kind. */
export const heldTokenPlace = placeOf('vega_held_tokens', 'access_token');
export const configSecretPlace = placeOf('upstox_api_configs', 'client_secret');

/** The credentials of an account. The table was once called so. */
export const credentialsPlace = (accountNumber: number): SealedPlace => ({
  table: 'accounts',
  column: 'credentials',
  row: String(accountNumber),
});

/** How a channel of alerts is reached. */
export const channelPlace = (channelId: string): SealedPlace => ({
  table: 'vega_alert_channels',
  column: 'target',
  row: channelId,
});

/** The transaction of that number in a spill. */
export const spillPlace = (spill: string, number: number): SealedPlace => ({
  table: 'spill',
  column: spill,
  row: String(number),
});

const additionalData = ({ table, column, row }: SealedPlace): Buffer =>
  Buffer.from(JSON.stringify([table, column, row]));
