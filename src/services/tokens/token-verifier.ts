import type { BrokerApi } from '../../broker/api/broker-api.ts';
import { probeProfile } from '../../broker/api/profile-probe.ts';
import { removeTokenMark, storeTokenMark } from '../../db/queries/token-marks.ts';
import { deactivateToken, findTokens } from '../../db/queries/tokens.ts';
import type { Queryable } from '../../db/queryable.ts';
import { fingerprint } from '../../db/secrets/fingerprint.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import type { Secret } from '../../domain/secret.ts';
import type { ProbeResult, Profile } from '../../domain/token/profile.ts';
import type { StoredToken } from '../../domain/token/token.ts';
import {
  checkProfile,
  checkTime,
  isConfirmationOver,
  markFor,
  type TokenCheck,
  type Verdict,
} from '../../domain/token/verdict.ts';
import type { Logger } from '../../log.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { Semaphore } from '../semaphore.ts';

/** Profile calls under way at once; more would look like an attack to the broker. */
const PROBES_AT_ONCE = 2;

/** One API's token as far as is known, with what was asked and when. */
export interface KnownToken {
  readonly config: ApiConfig;
  readonly token: StoredToken | undefined;
  readonly check: TokenCheck;
  /** When the broker was last asked about this very token; null if never. */
  readonly checkedAt: Date | null;
}

interface Flight {
  readonly moment: number;
  readonly result: Promise<ProbeResult>;
}

interface Remembered {
  /** When it was asked, as `moment` counts. */
  readonly moment: number;
  readonly fingerprint: string;
  readonly check: TokenCheck;
  readonly profile: Profile | null;
  readonly checkedAt: Date;
}

interface Options extends AuditedWrites {
  readonly api: BrokerApi;
  readonly profileTimeoutMs: number;
  readonly log: Logger;
}

/** Told when what is known of an account's tokens has changed. */
type ChangeListener = (account: Account) => Promise<void>;

/** Answers what is known of every token, and no more. Concurrent callers share one profile call. */
export class TokenVerifier {
  readonly #options: Options;
  readonly #places = new Semaphore(PROBES_AT_ONCE);
  readonly #inFlight = new Map<string, Flight>();
  #moment = 0;
  #revision = 0;
  readonly #remembered = new Map<string, Map<ApiName, Remembered>>();
  /** The moment behind which the broker has to be asked again, by account. */
  readonly #recheckAfter = new Map<string, number>();
  #onChange: ChangeListener = async () => undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Rises whenever something is known of a token that was not known before. */
  get revision(): number {
    return this.#revision;
  }

  tokens(account: Account): Promise<readonly StoredToken[]> {
    return this.#find(account);
  }

  /** What is known without asking the broker, in the order of `configs`. */
  async lastKnown(account: Account, configs: readonly ApiConfig[]): Promise<readonly KnownToken[]> {
    const { clock } = this.#options;
    const tokens = await this.#find(account);
    return configs.map((config) => this.#know(account, config, tokens, clock()));
  }

  /** Both layers: time, then the profile call for what passed. What is found dead is marked inactive at once. */
  async check(account: Account, configs: readonly ApiConfig[]): Promise<readonly KnownToken[]> {
    const known = await this.lastKnown(account, configs);
    return Promise.all(known.map((one) => this.#ask(account, one)));
  }

  /** Rises with every profile call: a call that is begun later has a higher one. */
  get moment(): number {
    return this.#moment;
  }

  /** Both layers, as with `check`; the broker is not asked again about a token that it was asked about after `moment`. */
  async checkSince(
    account: Account,
    configs: readonly ApiConfig[],
    moment: number,
  ): Promise<readonly KnownToken[]> {
    const known = await this.lastKnown(account, configs);
    return Promise.all(
      known.map((one) => (this.#isAsked(account, one, moment) ? one : this.#ask(account, one, moment))),
    );
  }

  /** The profile that the last successful check of this token saw. */
  profileOf(account: Account, token: StoredToken): Profile | null {
    const remembered = this.#rememberedOf(account, token.apiName);
    return remembered?.fingerprint === token.fingerprint ? remembered.profile : null;
  }

  /** Calls back whenever the broker has said something new of a token; the check waits for it. */
  onChange(listener: ChangeListener): void {
    this.#onChange = listener;
  }

  /** What is known stays known, but nothing is confirmed by it until the broker is asked again. */
  markForRecheck(account: Account): void {
    this.#recheckAfter.set(account.id, this.#moment);
    this.#revision += 1;
  }

  /** Whether one of these tokens counts as VALID only because of what the broker said before the mark. */
  isRecheckDue(account: Account, known: readonly KnownToken[]): boolean {
    const mark = this.#recheckAfter.get(account.id);
    if (mark === undefined) return false;
    return known.some((one) => one.check.verdict === 'VALID' && !this.#isAsked(account, one, mark));
  }

  /** Asks whose token it is, before anything is stored of it. */
  probe(accessToken: Secret): Promise<ProbeResult> {
    return this.#probe({ fingerprint: fingerprint(accessToken), accessToken }).result;
  }

  #rememberedOf(account: Account, apiName: ApiName): Remembered | undefined {
    return this.#remembered.get(account.id)?.get(apiName);
  }

  async #find(account: Account): Promise<readonly StoredToken[]> {
    const { database } = this.#options;
    const tokens = await database.cached(`tokens of ${account.number}`, (db) =>
      findTokens(db, account.number, database),
    );
    return tokens.map((token) => ({ ...token, storage: database.storageOf(account.number, token.apiName) }));
  }

  #know(account: Account, config: ApiConfig, tokens: readonly StoredToken[], now: Date): KnownToken {
    const token = tokens.find(({ apiName }) => apiName === config.apiName);
    const check = checkTime(config, token, now);
    const remembered = this.#rememberedOf(account, config.apiName);
    const isSame = token !== undefined && remembered?.fingerprint === token.fingerprint;
    if (!isSame) return { config, token, check, checkedAt: null };
    // Time, a changed client and the table overrule what the broker said earlier; its reason outlives `INACTIVE`.
    const isOpen =
      check.reason === 'NOT_CHECKED' ||
      (check.reason === 'INACTIVE' && remembered.check.verdict === 'INVALID');
    const isOld = remembered.check.verdict === 'VALID' && isConfirmationOver(remembered.checkedAt, now);
    const known = isOpen && !isOld ? remembered.check : check;
    return { config, token, check: known, checkedAt: remembered.checkedAt };
  }

  #isAsked(account: Account, { token }: KnownToken, since: number): boolean {
    const remembered = token === undefined ? undefined : this.#rememberedOf(account, token.apiName);
    return (
      remembered !== undefined && remembered.fingerprint === token?.fingerprint && remembered.moment > since
    );
  }

  /** A call that was begun at `since` or before is not waited for: it may have been answered too early. */
  async #ask(account: Account, known: KnownToken, since = 0): Promise<KnownToken> {
    const { config, token } = known;
    if (token === undefined) return known;
    const now = this.#options.clock();
    const time = checkTime(config, token, now);
    if (time.reason !== 'NOT_CHECKED') {
      await this.#noteVerdict(account, token, known.check.verdict, time);
      return known;
    }
    const { moment, result } = this.#probe(token, since);
    const probe = await result;
    const expectedUserId = account.brokerUserId ?? token.claims.userId;
    const check = checkProfile(config.apiName, probe, expectedUserId);
    const checkedAt = this.#options.clock();
    const profile = probe.kind === 'ALIVE' ? probe.profile : null;
    const before = this.#rememberedOf(account, config.apiName);
    const { fingerprint } = token;
    const ofAccount = this.#remembered.get(account.id) ?? new Map<ApiName, Remembered>();
    this.#remembered.set(
      account.id,
      ofAccount.set(config.apiName, { moment, fingerprint, check, profile, checkedAt }),
    );
    this.#revision += 1;
    const from = before?.fingerprint === token.fingerprint ? before.check.verdict : 'UNKNOWN';
    await this.#noteVerdict(account, token, from, check);
    if (known.check.verdict !== check.verdict) await this.#onChange(account);
    return { config, token, check, checkedAt };
  }

  /** One flight per token: no `await` stands between looking for it and noting it. */
  #probe({ fingerprint, accessToken }: Pick<StoredToken, 'fingerprint' | 'accessToken'>, since = 0): Flight {
    const flying = this.#inFlight.get(fingerprint);
    if (flying !== undefined && flying.moment > since) return flying;
    const { api, profileTimeoutMs } = this.#options;
    this.#moment += 1;
    const flight: Flight = {
      moment: this.#moment,
      result: this.#places
        .run(() => probeProfile(api, accessToken, profileTimeoutMs))
        .finally(() => {
          if (this.#inFlight.get(fingerprint) === flight) this.#inFlight.delete(fingerprint);
        }),
    };
    this.#inFlight.set(fingerprint, flight);
    return flight;
  }

  /** Marks what is found dead, and writes down what has become of it. */
  async #noteVerdict(account: Account, token: StoredToken, from: Verdict, check: TokenCheck): Promise<void> {
    const { verdict: to, reason, apiName, brokerCode } = check;
    const isFoundDead = token.isActive && (to === 'EXPIRED' || to === 'INVALID');
    const hasChanged = from !== to || isFoundDead;
    if (!hasChanged) return;
    const { database, audit, log } = this.#options;
    try {
      await database.write(async (transaction) => {
        if (isFoundDead) await this.#markDead(transaction, token, check);
        if (to === 'VALID') await removeTokenMark(transaction, token);
        const code = brokerCode === undefined ? {} : { brokerCode };
        const facts = { from: from === to ? 'VALID' : from, to, reason, ...code } as const;
        await audit.note(transaction, 'VERDICT_CHANGED', facts, { accountId: account.id, apiName });
      });
      if (isFoundDead) log.warn({ api: apiName, verdict: to, reason }, 'token marked inactive');
    } catch (error) {
      // The verdict stands whether or not the table can be written; the next check marks it again.
      log.error({ err: error, api: apiName }, 'a verdict could not be written down');
    }
  }

  /** The reason is kept with the mark: the table itself only says that the token is inactive. */
  async #markDead(transaction: Queryable, token: StoredToken, check: TokenCheck): Promise<void> {
    const { database, clock } = this.#options;
    const now = clock();
    const mark = markFor(check);
    const isMarked = await deactivateToken(transaction, token, database, now);
    if (isMarked && mark !== null) await storeTokenMark(transaction, token, mark, now);
  }
}
