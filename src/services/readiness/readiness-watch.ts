import { outsideFence } from '../../db/fence.ts';
import { isNear } from '../../db/queries/readiness.ts';
import type { Account } from '../../domain/account/account.ts';
import { isToldOf } from '../../domain/alert/readiness-drafts.ts';
import type { AccountFacts } from '../../domain/readiness/account-facts.ts';
import { forecastInSteps, ONE_BROWSER } from '../../domain/readiness/forecast.ts';
import { seededRandom } from '../../domain/readiness/random-source.ts';
import { byUrgency, type Readiness } from '../../domain/readiness/readiness.ts';
import { type SteadyVerdict, steadied } from '../../domain/readiness/verdict.ts';
import { tradingDayAt } from '../../domain/report/trading-day.ts';
import type { Logger } from '../../log.ts';
import { getAccount, listAccounts } from '../accounts/accounts.ts';
import { tellReadiness } from '../alerts/tell-readiness.ts';
import type { Audit } from '../audit/audit.ts';
import type { EventLog } from '../events/event-log.ts';
import { LongWork } from '../long-work.ts';
import { AccountFactsReader, type FactsOptions } from './account-facts-reader.ts';
import { storeForecast } from './store-forecast.ts';

/** How often every forecast is made anew, whatever happens. */
const TICK_MS = 5000;
/** Happenings of one moment make one forecast; of many accounts forecasts take at most a quarter of the time. */
const SETTLE_MS = 50;
const MOST_SETTLE_MS = TICK_MS;
const PAUSE_SHARE = 3;
/** So many accounts are read beside each other. */
const READ_AT_ONCE = 8;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

interface Options extends Omit<FactsOptions, 'canWaitUntil'> {
  readonly events: EventLog;
  readonly audit: Audit;
  readonly log: Logger;
}

/** Says of every account whether it will be ready by the bell: whenever something happens, and every five seconds. */
export class ReadinessWatch implements AsyncDisposable {
  readonly #options: Options;
  readonly #facts: AccountFactsReader;
  readonly #verdicts = new Map<string, SteadyVerdict>();
  /** What was published last of each account. */
  readonly #published = new Map<string, Readiness>();
  /** What alerts were raised for last. */
  readonly #told = new Map<string, string>();
  #timer: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  #stopListening: () => void = () => undefined;
  #forecasting: Promise<unknown> = Promise.resolve();
  /** The forecast that has not begun; whoever asks until then shares it. */
  #next: Promise<readonly Readiness[]> | null = null;
  #ticking: Promise<void> = Promise.resolve();
  #isTickWaiting = false;
  #tickTookMs = 0;
  /** The beginning of the trading day in which each account's last published forecast was stored. */
  readonly #storedIn = new Map<string, number>();
  #isBegun = false;

  constructor(options: Options) {
    this.#options = options;
    this.#facts = new AccountFactsReader({
      ...options,
      canWaitUntil: (accountId) => this.canWaitUntil(accountId),
    });
  }

  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** From now on forecasts are made by themselves, published and kept. */
  begin(): void {
    this.#isBegun = true;
    this.#timer = setInterval(() => this.#startTick(), TICK_MS).unref();
    this.#stopListening = this.#options.events.onPublished(({ kind }) => {
      if (kind !== 'READINESS' && kind !== 'AUDIT') this.#settle();
    });
    this.#settle();
  }

  /** The account's forecast as of now. */
  async read(account: Account): Promise<Readiness> {
    const found = (await this.desk()).find(({ accountId }) => accountId === account.id);
    if (found !== undefined) return found;
    // Removed meanwhile.
    await getAccount(this.#options.database, account.id);
    return this.read(account);
  }

  /** The account's forecast for another time than its bell. */
  async readBy(account: Account, by: Date): Promise<Readiness> {
    const facts = await this.#readFacts();
    const other = await this.#facts.read(account, by);
    const desk = facts.map((one) => (one.accountId === account.id ? other : one));
    const found = (await this.#forecastOf(desk)).find(({ accountId }) => accountId === account.id);
    return found ?? this.read(account);
  }

  /** Until when the account's logins can wait, as last forecast; null where that is not known. */
  canWaitUntil(accountId: string): Date | null {
    const {
      latestSafeStart = null,
      bell = null,
      etaWorst = null,
      computedAt,
    } = this.#published.get(accountId) ?? {};
    if (latestSafeStart !== null) return latestSafeStart;
    if (bell === null || etaWorst === null || computedAt === undefined) return null;
    return new Date(computedAt.getTime() + bell.getTime() - etaWorst.getTime());
  }

  /** Every account's forecast as of now, the worst first. */
  desk(): Promise<readonly Readiness[]> {
    if (this.#next !== null) return this.#next;
    const next = this.#forecasting.then(() => {
      this.#next = null;
      return this.#forecast();
    });
    this.#next = next;
    this.#forecasting = next.catch(() => undefined);
    return next;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#settling);
    this.#stopListening();
    await this.#ticking;
    await this.#forecasting;
  }

  async #forecast(): Promise<readonly Readiness[]> {
    const forecasts = await this.#forecastOf(await this.#readFacts());
    return forecasts.map((readiness) => this.#steady(readiness)).sort(byUrgency);
  }

  async #readFacts(): Promise<readonly AccountFacts[]> {
    const { database } = this.#options;
    return database.atOneMoment(async () => {
      const accounts = await listAccounts(database);
      const facts: AccountFacts[] = [];
      const work = new LongWork(database);
      while (facts.length < accounts.length) {
        const some = accounts.slice(facts.length, facts.length + READ_AT_ONCE);
        facts.push(...(await Promise.all(some.map((account) => this.#facts.read(account)))));
        await work.pause();
      }
      return facts;
    });
  }

  /** With the same numbers all day: a forecast moves with the facts, not with the dice. */
  async #forecastOf(facts: readonly AccountFacts[]): Promise<readonly Readiness[]> {
    const { database, clock } = this.#options;
    const egresses = await database.looks?.egresses();
    const browsers = egresses?.map((egress) => ({ egress })) ?? ONE_BROWSER;
    const now = clock();
    const random = seededRandom(Math.floor(now.getTime() / DAY_MS));
    const steps = forecastInSteps(facts, { now, random, browsers });
    const work = new LongWork(database);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
      await work.pause();
    }
  }

  #steady(readiness: Readiness): Readiness {
    const { accountId, verdict, bell, computedAt } = readiness;
    const shown = steadied(this.#verdicts.get(accountId) ?? null, verdict, bell, computedAt);
    this.#verdicts.set(accountId, shown);
    return { ...readiness, verdict: shown.verdict };
  }

  #settle(): void {
    if (this.#settling !== undefined) return;
    const pauseMs = Math.min(MOST_SETTLE_MS, Math.max(SETTLE_MS, PAUSE_SHARE * this.#tickTookMs));
    this.#settling = setTimeout(() => {
      this.#settling = undefined;
      this.#startTick();
    }, pauseMs).unref();
  }

  /** What happens during a tick is seen by the next one; a third does not wait. */
  #startTick(): void {
    if (this.#isTickWaiting) return;
    this.#isTickWaiting = true;
    // Of all accounts, whoever has woken it.
    this.#ticking = this.#ticking
      .then(() => {
        this.#isTickWaiting = false;
        return outsideFence(() => this.#tick());
      })
      .catch((error: unknown) =>
        this.#options.log.error({ err: error }, 'the readiness could not be forecast'),
      );
  }

  async #tick(): Promise<void> {
    const begun = performance.now();
    const work = new LongWork(this.#options.database);
    for (const readiness of await this.desk()) {
      await work.pause();
      await this.#publish(readiness);
      // What cannot be stored for one account must not keep the others from being told of.
      const skip = (error: unknown): void =>
        this.#options.log.error({ err: error, account: readiness.accountId }, 'an alert could not be stored');
      await this.#tell(readiness).catch(skip);
    }
    this.#tickTookMs = performance.now() - begun;
  }

  /** Raises and ends alerts where the verdict has changed, or the hours before the bell have begun. */
  async #tell(readiness: Readiness): Promise<void> {
    const { database, clock } = this.#options;
    const { accountId, verdict, bell } = readiness;
    const told = `${verdict} ${bell?.toISOString()} ${isToldOf(readiness, clock())}`;
    if (this.#told.get(accountId) === told) return;
    await database.write((transaction) => tellReadiness(transaction, readiness, clock()));
    this.#told.set(accountId, told);
  }

  /**
   * Published where it differs for its readers, and kept in the sequence of events where its verdict does. Stored again
   * in a new trading day, and until it is stored.
   */
  async #publish(readiness: Readiness): Promise<void> {
    const { events } = this.#options;
    const { accountId } = readiness;
    const before = this.#published.get(accountId);
    const isSame =
      before !== undefined && detailsOf(before) === detailsOf(readiness) && isAlike(before, readiness);
    const day = tradingDayAt(readiness.computedAt).from.getTime();
    if (isSame && this.#storedIn.get(accountId) === day) return;
    if (!isSame) this.#published.set(accountId, readiness);
    const hasTurned = before !== undefined && before.verdict !== readiness.verdict;
    const isTurn = (await this.#store(readiness, day)) ?? hasTurned;
    const payload = { kind: 'READINESS', readiness } as const;
    if (isTurn) events.publish(accountId, payload);
    else if (!isSame) events.publishTransient(accountId, payload);
  }

  /** Whether the verdict has turned and this process is the one to publish that; null where the database cannot say. */
  async #store(readiness: Readiness, day: number): Promise<boolean | null> {
    const { database, audit, log } = this.#options;
    const { accountId, bell } = readiness;
    this.#storedIn.delete(accountId);
    if (bell === null || database.recovery.dbLocked) return null;
    try {
      const isTurn = await database.write((transaction) => storeForecast(transaction, audit, readiness));
      this.#storedIn.set(accountId, day);
      return isTurn;
    } catch (error) {
      log.error({ err: error, account: accountId }, 'a forecast could not be stored');
      return null;
    }
  }
}

const detailsOf = ({ verdict, bell, missing, reasons, confidence, ...times }: Readiness): string =>
  JSON.stringify([verdict, bell, missing, reasons.map(({ code }) => code), confidence, minuteOf(times.eta)]);

const minuteOf = (instant: Date | null): number | null =>
  instant === null ? null : Math.round(instant.getTime() / MINUTE_MS);

const isAlike = (one: Readiness, other: Readiness): boolean => isNear(one.probability, other.probability);
