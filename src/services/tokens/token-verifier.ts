import type { BrokerApi } from '../../broker/api/broker-api.ts';
import { probeMarketData } from '../../broker/api/market-data-probe.ts';
import { probeProfile } from '../../broker/api/profile-probe.ts';
import { findHeldTokens } from '../../db/queries/roles.ts';
import { findTokens } from '../../db/queries/tokens.ts';
import type { Queryable } from '../../db/queryable.ts';
import { fingerprint } from '../../db/secrets/fingerprint.ts';
import type { Account } from '../../domain/account/account.ts';
import { asRecorded, type HeldToken } from '../../domain/role/held-token.ts';
import { type Role, sourceKey } from '../../domain/role/role.ts';
import type { Secret } from '../../domain/secret.ts';
import type { MarketDataResult, ProbeResult, Profile } from '../../domain/token/profile.ts';
import type { StorageKind, StoredToken } from '../../domain/token/token.ts';
import {
  asConfirmed,
  checkProfile,
  checkTime,
  isConfirmationOver,
  type TokenCheck,
} from '../../domain/token/verdict.ts';
import type { Logger } from '../../log.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { Semaphore } from '../semaphore.ts';
import { type FoundTokens, heldTokenOf, tokenOf } from './found-tokens.ts';
import { noteVerdict } from './note-verdict.ts';
import { ProbeFlights } from './probe-flights.ts';

/** Calls under way at once; more would look like an attack to the broker. */
const PROBES_AT_ONCE = 2;

/** One role's token as far as is known, with what was asked and when. */
export interface KnownToken {
  readonly role: Role;
  /** Of a role that shares it, the token is the other role's; of a yearly one the held token stands here. */
  readonly token: StoredToken | undefined;
  readonly check: TokenCheck;
  /** When the broker was last asked about this very token; null if never. */
  readonly checkedAt: Date | null;
  /** Where a token lies that cannot be read at present; else the token says it. */
  readonly storage?: StorageKind;
}

interface Remembered {
  /** When it was asked, as `moment` counts. */
  readonly moment: number;
  readonly fingerprint: string;
  readonly check: TokenCheck;
  readonly profile: Profile | null;
  readonly checkedAt: Date;
  /** When the call was begun; a yearly token's row holds this time. */
  readonly askedAt: Date;
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
  readonly #profiles: ProbeFlights<ProbeResult>;
  readonly #marketData: ProbeFlights<MarketDataResult>;
  #moment = 0;
  #revision = 0;
  /** By account and by where the token is stored. */
  readonly #remembered = new Map<string, Map<string, Remembered>>();
  /** The moment behind which the broker has to be asked again, by account. */
  readonly #recheckAfter = new Map<string, number>();
  #onChange: ChangeListener = async () => undefined;

  constructor(options: Options) {
    this.#options = options;
    const { api, clock, profileTimeoutMs } = options;
    const nextMoment = () => {
      this.#moment += 1;
      return this.#moment;
    };
    this.#profiles = new ProbeFlights({
      nextMoment,
      clock,
      ask: (token) => this.#places.run(() => probeProfile(api, token, profileTimeoutMs)),
    });
    this.#marketData = new ProbeFlights({
      nextMoment,
      clock,
      ask: (token) => this.#places.run(() => probeMarketData(api, token, profileTimeoutMs)),
    });
  }

  /** Rises whenever something is known of a token that was not known before. */
  get revision(): number {
    return this.#revision;
  }

  async tokens(account: Account): Promise<readonly StoredToken[]> {
    return (await this.#find(account)).table;
  }

  /** The tokens that live for a year. */
  async heldTokens(account: Account): Promise<readonly HeldToken[]> {
    return (await this.#find(account)).held;
  }

  /** What is known without asking the broker, in the order of `roles`. */
  async lastKnown(account: Account, roles: readonly Role[]): Promise<readonly KnownToken[]> {
    const { clock } = this.#options;
    const tokens = await this.#find(account);
    return roles.map((role) => this.#know(account, role, tokens, clock()));
  }

  /** Both layers: time, then the broker for what passed. What is found dead is marked inactive at once. */
  async check(account: Account, roles: readonly Role[]): Promise<readonly KnownToken[]> {
    const known = await this.lastKnown(account, roles);
    return this.#askEach(known, (one) => this.#ask(account, one));
  }

  /** Rises with every profile call: a call that is begun later has a higher one. */
  get moment(): number {
    return this.#moment;
  }

  /** Both layers, as with `check`; the broker is not asked again about a token that it was asked about after `moment`. */
  async checkSince(account: Account, roles: readonly Role[], moment: number): Promise<readonly KnownToken[]> {
    const known = await this.lastKnown(account, roles);
    return this.#askEach(known, async (one) =>
      this.#isAsked(account, one, moment) ? one : this.#ask(account, one, moment),
    );
  }

  /** The profile that the last successful check of this token saw. */
  profileOf(account: Account, { role, token }: KnownToken): Profile | null {
    const remembered = this.#rememberedOf(account, role);
    return remembered !== undefined && remembered.fingerprint === token?.fingerprint
      ? remembered.profile
      : null;
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
    return this.#profiles.join({ fingerprint: fingerprint(accessToken), accessToken }).result;
  }

  /** Asks for market data with a token, before anything is stored of it. */
  probeMarketData(accessToken: Secret): Promise<MarketDataResult> {
    return this.#marketData.join({ fingerprint: fingerprint(accessToken), accessToken }).result;
  }

  #rememberedOf(account: Account, role: Role): Remembered | undefined {
    return this.#remembered.get(account.id)?.get(sourceKey(role));
  }

  async #find(account: Account): Promise<FoundTokens> {
    const { database } = this.#options;
    const { id, number } = account;
    const readTable = (db: Queryable) => findTokens(db, number, database);
    const readHeld = (db: Queryable) => findHeldTokens(db, number, database.vault);
    const table = await database.cached(`tokens of ${id}`, readTable, { of: id });
    const held = await database.cached(`held tokens of ${id}`, readHeld, { of: id });
    const withStorage = table.map((token) => ({
      ...token,
      storage: database.storageOf(number, token.apiName),
    }));
    return { table: withStorage, held };
  }

  #know(account: Account, role: Role, tokens: FoundTokens, now: Date): KnownToken {
    const { source } = role;
    const held = heldTokenOf(role, tokens);
    const token = tokenOf(role, tokens, account);
    const clientId = source?.kind === 'TABLE' ? source.clientId : null;
    const check = checkTime({ apiName: role.apiName, clientId }, token, now);
    const remembered = this.#rememberedOf(account, role);
    const isSuperseded =
      remembered?.fingerprint !== token?.fingerprint ||
      isAskedSince(held, remembered?.askedAt) ||
      // Another program may have set it active again since.
      (remembered?.check.verdict === 'VALID' && isNewer(token?.markedAt, remembered.askedAt));
    const confirmed = token === undefined ? null : asConfirmed(check, token.confirmedAt ?? null, now);
    if (confirmed !== null && (isSuperseded || isNewer(token?.confirmedAt, remembered?.askedAt)))
      return { role, token, check: confirmed, checkedAt: token?.confirmedAt ?? null };
    if (token === undefined || remembered === undefined || isSuperseded)
      return {
        role,
        token,
        check: held === undefined ? check : asRecorded(held, check, now),
        checkedAt: held?.checkedAt ?? null,
      };
    // Time, a changed client and the table overrule what the broker said earlier; its reason outlives `INACTIVE`.
    const isOpen =
      check.reason === 'NOT_CHECKED' ||
      (check.reason === 'INACTIVE' && remembered.check.verdict === 'INVALID');
    const isOld = remembered.check.verdict === 'VALID' && isConfirmationOver(remembered.checkedAt, now);
    const known = isOpen && !isOld ? { ...remembered.check, apiName: role.apiName } : check;
    return { role, token, check: known, checkedAt: remembered.checkedAt };
  }

  /** Roles that have the same token share one answer. */
  #askEach(
    known: readonly KnownToken[],
    ask: (one: KnownToken) => Promise<KnownToken>,
  ): Promise<readonly KnownToken[]> {
    const asked = new Map<string, Promise<KnownToken>>();
    const answerOf = (one: KnownToken): Promise<KnownToken> => {
      const key = sourceKey(one.role);
      const answer = asked.get(key) ?? ask(one);
      asked.set(key, answer);
      return answer;
    };
    return Promise.all(
      known.map(async (one) => {
        const { check, checkedAt } = await answerOf(one);
        return { ...one, check: { ...check, apiName: one.role.apiName }, checkedAt };
      }),
    );
  }

  #isAsked(account: Account, { role, token }: KnownToken, since: number): boolean {
    const remembered = token === undefined ? undefined : this.#rememberedOf(account, role);
    return (
      remembered !== undefined && remembered.fingerprint === token?.fingerprint && remembered.moment > since
    );
  }

  /** A call that was begun at `since` or before is not waited for: it may have been answered too early. */
  async #ask(account: Account, known: KnownToken, since = 0): Promise<KnownToken> {
    const { role, token } = known;
    if (token === undefined) return known;
    const now = this.#options.clock();
    const { source } = role;
    const held = source?.kind === 'HELD' ? source.held : null;
    const clientId = source?.kind === 'TABLE' ? source.clientId : null;
    const time = checkTime({ apiName: role.apiName, clientId }, token, now);
    if (time.reason !== 'NOT_CHECKED') {
      await noteVerdict(this.#options, account, known, {
        from: known.check.verdict,
        check: time,
        askedAt: null,
      });
      return known;
    }
    const flights: ProbeFlights<ProbeResult | MarketDataResult> =
      held === null ? this.#profiles : this.#marketData;
    const { moment, begunAt: askedAt, result } = flights.join(token, since);
    const probe = await result;
    const remembered = this.#rememberedOf(account, role);
    const before = remembered?.fingerprint === token.fingerprint ? remembered : undefined;
    // A call that was begun later has been answered already.
    if (before !== undefined && before.moment > moment)
      return { role, token, check: before.check, checkedAt: before.checkedAt };
    const expectedUserId = account.brokerUserId ?? token.claims.userId;
    const check = checkProfile(role.apiName, probe, expectedUserId);
    const checkedAt = this.#options.clock();
    const profile = probe.kind === 'ALIVE' ? probe.profile : null;
    const { fingerprint } = token;
    const ofAccount = this.#remembered.get(account.id) ?? new Map<string, Remembered>();
    this.#remembered.set(
      account.id,
      ofAccount.set(sourceKey(role), { moment, fingerprint, check, profile, checkedAt, askedAt }),
    );
    this.#revision += 1;
    const from = before?.check.verdict ?? (token.confirmedAt == null ? 'UNKNOWN' : known.check.verdict);
    await noteVerdict(this.#options, account, known, { from, check, askedAt });
    if (known.check.verdict !== check.verdict) await this.#onChange(account);
    // Another process may have been told something newer of a yearly token.
    const [latest] = held === null ? [] : await this.lastKnown(account, [role]);
    return latest ?? { role, token, check, checkedAt };
  }
}

const isNewer = (one: Date | null | undefined, other: Date | undefined): boolean =>
  one != null && (other === undefined || one > other);

/** The broker was asked about the held token after that moment, by another process. */
const isAskedSince = (held: HeldToken | undefined, moment: Date | undefined): boolean =>
  held?.checkedAt != null && moment !== undefined && held.checkedAt > moment;
