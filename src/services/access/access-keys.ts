import { randomBytes } from 'node:crypto';
import {
  findAccessKeys,
  insertAccessKey,
  markRevoked,
  type StoredAccessKey,
} from '../../db/queries/access-keys.ts';
import type { AccessKey, AccessRole, Bounds } from '../../domain/account/access-key.ts';
import { Refusal } from '../../domain/refusal.ts';
import { Secret } from '../../domain/secret.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { hashSecret } from '../secret-hash.ts';

export interface NewKey {
  readonly name: string;
  readonly role: AccessRole;
  readonly bounds: Bounds;
}

/** A key that was just made, with what its holder sends; that is told once and known to nobody afterwards. */
export interface CreatedKey {
  readonly key: AccessKey;
  readonly secret: Secret;
}

/** The keys beside the operator's own. */
export class AccessKeys {
  readonly #options: AuditedWrites;
  readonly #listeners = new Set<(key: AccessKey) => Promise<void>>();

  constructor(options: AuditedWrites) {
    this.#options = options;
  }

  /** The live key that is sent as this text. The hash is looked for, so time tells nothing about the text. */
  async find(text: string): Promise<AccessKey | null> {
    const hash = hashSecret(text);
    const found = (await this.#all()).find(({ secretHash }) => secretHash === hash);
    return found === undefined || found.revokedAt !== null ? null : found;
  }

  /** The live key of that id. */
  async findById(id: string): Promise<AccessKey | null> {
    return (await this.#all()).find((key) => key.id === id && key.revokedAt === null) ?? null;
  }

  list(): Promise<readonly AccessKey[]> {
    return this.#all();
  }

  async create({ name, role, bounds }: NewKey): Promise<CreatedKey> {
    const isBound = bounds.accountId !== null || bounds.apiNames !== null;
    if (isBound && role !== 'SERVICE') {
      throw new Refusal(
        'BAD_USER_INPUT',
        'Only SERVICE keys are confined to an account or to APIs.',
        'Leave accountId and apiNames out, or take the role SERVICE.',
      );
    }
    const { database, audit, clock } = this.#options;
    const secret = `vega_${role.toLowerCase()}_${randomBytes(32).toString('base64url')}`;
    const id = `key_${randomBytes(6).toString('hex')}`;
    const key = { id, name, role, bounds, createdAt: clock(), revokedAt: null };
    const stored = { ...key, secretHash: hashSecret(secret) };
    await database.write(async (transaction) => {
      await insertAccessKey(transaction, stored);
      const reference = { accountId: bounds.accountId };
      await audit.note(transaction, 'KEY_CREATED', { keyId: id, name, role }, reference);
    });
    return { key, secret: new Secret(secret) };
  }

  /** Ends a key for good, with everything that it has open. False when that was done before. */
  async revoke(id: string): Promise<boolean> {
    const key = (await this.#all()).find((candidate) => candidate.id === id);
    if (key === undefined)
      throw new Refusal('NOT_FOUND', `There is no key ${id}.`, 'Ask `accessKeys` for the ids there are.');
    const { database, audit, clock } = this.#options;
    const revokedAt = clock();
    const isNews = await database.write(async (transaction) => {
      if (!(await markRevoked(transaction, id, revokedAt))) return false;
      await audit.note(transaction, 'KEY_REVOKED', { keyId: id }, { accountId: key.bounds.accountId });
      return true;
    });
    for (const listener of this.#listeners) await listener(key);
    return isNews;
  }

  onRevoked(listener: (key: AccessKey) => Promise<void>): void {
    this.#listeners.add(listener);
  }

  /** Asked at every request, and another program on this database may revoke one at any time. */
  #all(): Promise<readonly StoredAccessKey[]> {
    return this.#options.database.cached('access keys', findAccessKeys);
  }
}
