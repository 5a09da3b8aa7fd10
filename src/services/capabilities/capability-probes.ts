import type { BrokerApi } from '../../broker/api/broker-api.ts';
import { probeFunds, probeOptionChain } from '../../broker/probes/account-calls.ts';
import { authorizeFeed, probeFeed } from '../../broker/probes/feed.ts';
import { findCapabilities, storeCapability } from '../../db/queries/capabilities.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import type { BellRule } from '../../domain/calendar/bell.ts';
import type { CalendarFacts } from '../../domain/calendar/calendar-facts.ts';
import type { Exchange } from '../../domain/calendar/exchange.ts';
import {
  type Capability,
  capabilityOf,
  isProbeable,
  type KeptAnswer,
  notKnown,
  type Probe,
  type ProbeAnswer,
  type ProbedRole,
  probeOf,
} from '../../domain/capability/capability.ts';
import { marketState, nextOptionExpiry } from '../../domain/capability/market.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Role } from '../../domain/role/role.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Logger } from '../../log.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import { KeyedMutex } from '../keyed-mutex.ts';
import type { KnownToken } from '../tokens/token-verifier.ts';
import { FeedHolds } from './feed-holds.ts';

export interface ProbeOptions extends AuditedWrites {
  readonly api: BrokerApi;
  readonly roles: {
    list(account: Account): Promise<readonly Role[]>;
    get(account: Account, apiName: ApiName): Promise<Role>;
  };
  readonly verifier: {
    lastKnown(account: Account, roles: readonly Role[]): Promise<readonly KnownToken[]>;
  };
  readonly calendar: { facts(): Promise<CalendarFacts>; bellRule(accountId: string): Promise<BellRule> };
  readonly profileTimeoutMs: number;
  /** VEGA_PROBES: without it the broker is asked nothing. */
  readonly isOptedIn: boolean;
  readonly log: Logger;
}

/** A role with the token that serves it. */
interface ServedRole extends ProbedRole {
  readonly accessToken: Secret | null;
}

/** Roles that one question answers: they share a token. */
interface Question {
  readonly probe: Probe;
  readonly apiNames: readonly ApiName[];
  readonly fingerprint: string;
  readonly accessToken: Secret;
}

/**
 * Asks the broker whether the token of each role can do its work. It only reads, and nothing that it finds changes the
 * verdict of a token.
 */
export class CapabilityProbes implements AsyncDisposable {
  readonly #options: ProbeOptions;
  readonly #holds: FeedHolds;
  readonly #stop = new AbortController();
  readonly #mutex = new KeyedMutex();
  readonly #flights = new Map<string, Promise<void>>();

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#holds = new FeedHolds(options);
  }

  get isOptedIn(): boolean {
    return this.#options.isOptedIn;
  }

  /** What is known of each role. Asks the broker nothing. */
  async read(account: Account): Promise<readonly Capability[]> {
    const kept = await this.kept(account);
    const roles = await this.roles(account);
    return roles.map((role) => capabilityOf(role, kept, this.isOptedIn));
  }

  /** Probes the named roles, or every one; calls for the same roles share their answers. */
  async probe(account: Account, apiNames: readonly ApiName[] = []): Promise<readonly Capability[]> {
    if (!this.isOptedIn)
      throw new Refusal(
        'WRONG_STATE',
        'Capability probes are off.',
        'Set VEGA_PROBES=true and start the server again.',
      );
    for (const apiName of apiNames) await this.#options.roles.get(account, apiName);
    const key = [account.id, ...apiNames].join(' ');
    // No `await` stands between looking for a flight and noting it.
    const flight = this.#flights.get(key) ?? this.#begin(key, account, apiNames);
    await flight;
    return this.read(account);
  }

  /** Answers of earlier probes, also about tokens that are not the present ones. */
  async kept({ id }: Account): Promise<readonly KeptAnswer[]> {
    const kept = await this.#options.database.cached('capabilities', findCapabilities);
    return kept.filter(({ accountId }) => accountId === id);
  }

  /** The roles with their tokens, as far as is known without asking the broker. */
  async roles(account: Account): Promise<readonly ServedRole[]> {
    const { verifier } = this.#options;
    const known = await verifier.lastKnown(account, await this.#options.roles.list(account));
    return known.map(({ role: { apiName }, token, check: { verdict } }) => ({
      apiName,
      verdict,
      fingerprint: token?.fingerprint ?? null,
      accessToken: token?.accessToken ?? null,
    }));
  }

  /** A socket that is open is closed; what was under way is not kept. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#flights.values());
  }

  #begin(key: string, account: Account, apiNames: readonly ApiName[]): Promise<void> {
    const flight = this.#mutex
      .run(account.id, () => this.#probe(account, apiNames))
      .finally(() => this.#flights.delete(key));
    this.#flights.set(key, flight);
    return flight;
  }

  async #probe(account: Account, apiNames: readonly ApiName[]): Promise<void> {
    const roles = await this.roles(account);
    const wanted = roles.filter(({ apiName }) => apiNames.length === 0 || apiNames.includes(apiName));
    for (const question of questionsOf(wanted)) {
      const answer = await this.#ask(account, question);
      this.#refuseIfStopped();
      await this.#keep(account, question, answer);
    }
  }

  async #ask(account: Account, { probe, accessToken }: Question): Promise<ProbeAnswer> {
    const { api, calendar, profileTimeoutMs, clock } = this.#options;
    const facts = await calendar.facts();
    const { exchanges } = await calendar.bellRule(account.id);
    this.#refuseIfStopped();
    if (probe === 'FUNDS') return probeFunds(api, accessToken, profileTimeoutMs);
    const traded: readonly Exchange[] = probe === 'FEED' ? exchanges : ['NSE'];
    const market = marketState(facts, traded, clock());
    if (market === 'CLOSED') return notKnown('MARKET_CLOSED');
    const answer =
      probe === 'FEED'
        ? await this.#askFeed(account, accessToken)
        : await probeOptionChain(api, accessToken, nextOptionExpiry(facts, clock()), profileTimeoutMs);
    const isDoubtful = market === 'UNCERTAIN' && answer.result === 'NOT_CAPABLE';
    return isDoubtful ? notKnown('MARKET_UNCERTAIN', answer) : answer;
  }

  #askFeed({ id, brokerUserId }: Account, accessToken: Secret): Promise<ProbeAnswer> {
    const { api, profileTimeoutMs } = this.#options;
    const { signal } = this.#stop;
    return this.#holds.run(brokerUserId ?? id, signal, async () => {
      this.#refuseIfStopped();
      const permit = await authorizeFeed(api, accessToken, profileTimeoutMs);
      this.#refuseIfStopped();
      return 'answer' in permit ? permit.answer : probeFeed(api, permit.address, signal);
    });
  }

  /** Once the server stops, the broker is not asked any more. */
  #refuseIfStopped(): void {
    if (!this.#stop.signal.aborted) return;
    throw new Refusal('SHUTTING_DOWN', 'The server is stopping.', 'Probe again when it runs.');
  }

  async #keep(
    { id: accountId }: Account,
    { probe, apiNames, fingerprint }: Question,
    answer: ProbeAnswer,
  ): Promise<void> {
    const { database, audit, clock, log } = this.#options;
    const checkedAt = clock();
    const kind = answer.result === 'NOT_CAPABLE' ? 'CAPABILITY_REFUSED' : 'CAPABILITY_PROBED';
    await database.write(async (transaction) => {
      for (const apiName of apiNames) {
        await storeCapability(transaction, { ...answer, accountId, apiName, fingerprint, checkedAt });
        await audit.note(transaction, kind, { ...answer, probe }, { accountId, apiName });
      }
    });
    log.info({ account: accountId, apis: apiNames, probe, ...answer }, 'capability probed');
  }
}

const questionsOf = (roles: readonly ServedRole[]): readonly Question[] => {
  const questions = new Map<string, Question>();
  for (const role of roles) {
    const { apiName, fingerprint, accessToken } = role;
    if (!isProbeable(role) || fingerprint === null || accessToken === null) continue;
    const probe = probeOf(apiName);
    const key = `${probe} ${fingerprint}`;
    const apiNames = [...(questions.get(key)?.apiNames ?? []), apiName];
    questions.set(key, { probe, apiNames, fingerprint, accessToken });
  }
  return [...questions.values()];
};
