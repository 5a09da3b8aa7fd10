import { randomUUID } from 'node:crypto';
import type { BrokerApi } from '../../broker/api/broker-api.ts';
import { dialogUrl } from '../../broker/api/oauth.ts';
import { LoginFailure } from '../../broker/login/login-failure.ts';
import {
  findDrifts,
  findLandmarks,
  findReports,
  freeSlot,
  insertReport,
  keepLandmarks,
  updateReport,
} from '../../db/queries/canary.ts';
import type { Queryable } from '../../db/queryable.ts';
import type { Account } from '../../domain/account/account.ts';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import type { ApiName } from '../../domain/account/api-name.ts';
import { dialogAsBefore, dialogDrifted } from '../../domain/alert/drift-drafts.ts';
import {
  type CanaryOrigin,
  type CanaryReport,
  isNewDrift,
  judge,
  type SeenDialog,
} from '../../domain/canary/canary-report.ts';
import { hasFailedScript } from '../../domain/canary/landmarks.ts';
import { Refusal } from '../../domain/refusal.ts';
import { unlessAborted } from '../../domain/unless-aborted.ts';
import type { Logger } from '../../log.ts';
import type { ApiConfigs } from '../accounts/api-configs.ts';
import { raiseAlert, resolveAlerts } from '../alerts/raise-alert.ts';
import type { AuditedWrites } from '../audit/audit.ts';
import type { BrowserHost } from '../browser-login/browser-host.ts';
import type { BrowserQueue } from '../browser-login/browser-queue.ts';
import type { EventLog } from '../events/event-log.ts';
import { risingId } from '../rising-id.ts';
import { Semaphore } from '../semaphore.ts';

interface Options extends AuditedWrites {
  readonly api: BrokerApi;
  readonly apiConfigs: Pick<ApiConfigs, 'enabled'>;
  readonly queue: Pick<BrowserQueue, 'admitGuest'>;
  readonly host: Pick<BrowserHost, 'open' | 'close'>;
  readonly events: Pick<EventLog, 'publish'>;
  /** While it lasts, the broker counts what comes from the account. */
  readonly states: { read(account: Account): Promise<{ readonly cooldown: { readonly active: boolean } }> };
  readonly stepTimeoutMs: number;
  readonly log: Logger;
}

/** A page that is not known by then will not become known. */
const MOST_LOOK_MS = 20_000;
const STANDS_MS = 1000;
const QUIET_MS = 4000;
const MOST_REPORTS = 200;

/** A look that was admitted to the browser, one dialog after the other. */
interface Order {
  readonly account: Account;
  readonly configs: readonly ApiConfig[];
  readonly origin: CanaryOrigin;
  /** What of the schedule it belongs to; null for the operator's own. */
  readonly slot: string | null;
}

/** Somebody else has ended a look. */
class LookEnded extends Error {
  constructor(why: string) {
    super(`The look was broken off, ${why}.`);
    this.name = 'LookEnded';
  }
}

/** What was known before a report was stored. */
interface Before {
  /** The drifts that still held. */
  readonly drifts: readonly CanaryReport[];
  /** The other reports of the same look. */
  readonly earlier: readonly CanaryReport[];
}

/**
 * Looks at the login dialog before a run needs it, each in a fresh session, and compares it with what was kept. Nothing is
 * typed or pressed; a run that wants the browser ends the look at once.
 */
export class Canary implements AsyncDisposable {
  readonly #options: Options;
  readonly #mutex = new Semaphore(1);
  readonly #closing = new AbortController();
  #looking: Promise<void> = Promise.resolve();

  constructor(options: Options) {
    this.#options = options;
  }

  /** Of each API one report; without names of PRIMARY alone, for the page is the same for every app. */
  async run(
    account: Account,
    apiNames: readonly ApiName[] | null,
    origin: CanaryOrigin = 'OPERATOR',
    slot: string | null = null,
  ): Promise<readonly CanaryReport[]> {
    const configs = chosen(await this.#options.apiConfigs.enabled(account), apiNames);
    const { cooldown } = await this.#options.states.read(account);
    if (cooldown.active)
      throw new Refusal(
        'COOLDOWN',
        'The account rests; its login dialog is not opened meanwhile.',
        'Wait until the cooldown is over.',
      );
    const looking = this.#mutex.run(() => this.#look({ account, configs, origin, slot }));
    // Without its result, which would keep those of all earlier looks.
    this.#looking = Promise.allSettled([this.#looking, looking]).then(() => undefined);
    return looking;
  }

  /** The newest first. */
  reports(account: Account, first: number): Promise<readonly CanaryReport[]> {
    return findReports(this.#options.database.read, account.id, Math.min(first, MOST_REPORTS));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort(new LookEnded('because vega-auth is about to end'));
    await this.#looking;
  }

  async #look({ account, configs, origin, slot }: Order): Promise<readonly CanaryReport[]> {
    const { queue, database, log } = this.#options;
    if (this.#closing.signal.aborted)
      throw new Refusal('SHUTTING_DOWN', 'vega-auth is about to end.', 'Ask again when it has started.');
    const wanted = new AbortController();
    using guest = queue.admitGuest(() => wanted.abort(new LookEnded('so that a run could have the browser')));
    if (guest === null)
      throw new Refusal(
        'BROWSER_BUSY',
        'A run has the browser, or another process.',
        'Ask again when that run has ended.',
      );
    const signal = AbortSignal.any([wanted.signal, this.#closing.signal]);
    const reports: CanaryReport[] = [];
    for (const config of configs) {
      // Stored before the dialog is opened: what may have been opened is not opened again for the schedule.
      const begun = this.#begun(account, config, origin);
      if (!(await database.write((transaction) => insertReport(transaction, begun, slot)))) continue;
      const seen = await this.#see(config, signal);
      const kept = await findLandmarks(database.read, account.id, config.apiName);
      const report = { ...begun, ...judge(seen, kept), comparedWith: kept?.at ?? null };
      log.info(
        { account: account.id, api: config.apiName, verdict: report.verdict },
        'the dialog was looked at',
      );
      await this.#store(report, seen, reports);
      reports.push(report);
      this.#options.events.publish(account.id, { kind: 'CANARY', report });
    }
    return reports;
  }

  #begun({ id }: Account, { apiName }: ApiConfig, origin: CanaryOrigin): CanaryReport {
    const message = 'The look has not come to an end.';
    const at = this.#options.clock();
    const base = { id: risingId(), accountId: id, apiName, at, origin, comparedWith: null };
    return { ...base, ...judge({ kind: 'NOT_SEEN', message }, null) };
  }

  /** In a context of its own, which knows nothing of earlier logins. */
  async #see(config: ApiConfig, signal: AbortSignal): Promise<SeenDialog> {
    const { host, api, stepTimeoutMs } = this.#options;
    let isUnopened = true;
    try {
      signal.throwIfAborted();
      const session = await host.open(null);
      try {
        signal.throwIfAborted();
        const request = {
          dialogUrl: dialogUrl(api, config, randomUUID()),
          redirectUri: config.redirectUri,
          stepTimeoutMs: Math.min(stepTimeoutMs, MOST_LOOK_MS),
          ...{ standsMs: STANDS_MS, quietMs: QUIET_MS, signal },
        };
        isUnopened = false;
        // A page that no longer answers must not keep a run from the browser.
        return await unlessAborted(signal, session.look(request));
      } finally {
        await host.close(session);
      }
    } catch (error) {
      const unopened = isUnopened ? ({ isUnopened } as const) : {};
      if (signal.reason instanceof LookEnded)
        return { kind: 'NOT_SEEN', message: signal.reason.message, ...unopened };
      const what = error instanceof LoginFailure ? error.message : 'The browser could not look at it.';
      this.#options.log.warn({ err: error }, 'the login dialog could not be looked at');
      return { kind: 'NOT_SEEN', message: what, ...unopened };
    }
  }

  /** The alert is part of the same transaction: a drift that is stored has been told. */
  async #store(report: CanaryReport, seen: SeenDialog, earlier: readonly CanaryReport[]): Promise<void> {
    const { database, audit } = this.#options;
    const { accountId, apiName, at, verdict, message, changes } = report;
    await database.write(async (transaction) => {
      const drifts = await findDrifts(transaction, accountId);
      await updateReport(transaction, report);
      if (seen.kind === 'NOT_SEEN' && seen.isUnopened === true) await freeSlot(transaction, report.id);
      const isGood = verdict === 'SAME' || verdict === 'CHANGED';
      if (isGood && seen.kind === 'PAGE' && !hasFailedScript(seen.landmarks))
        await keepLandmarks(transaction, report, { landmarks: seen.landmarks, at });
      const reference = { accountId, apiName };
      if (verdict === 'DRIFT')
        await audit.note(transaction, 'CANARY_DRIFTED', { message, changes }, reference);
      else await audit.note(transaction, 'CANARY_LOOKED', { verdict, message }, reference);
      await this.#tell(transaction, report, { drifts, earlier });
    });
  }

  /** Tells a drift once, also where several APIs show the same one; it is over when no API is known to have one. */
  async #tell(transaction: Queryable, report: CanaryReport, { drifts, earlier }: Before): Promise<void> {
    const { accountId } = report;
    const now = this.#options.clock();
    const before = drifts.find(({ apiName }) => apiName === report.apiName) ?? null;
    if (isNewDrift(report, before) && earlier.every((other) => isNewDrift(report, other)))
      await raiseAlert(transaction, dialogDrifted(report), now);
    if ((await findDrifts(transaction, accountId)).length > 0) return;
    await resolveAlerts(transaction, { kinds: ['DRIFT'], accountId }, dialogAsBefore(accountId), now);
  }
}

const chosen = (enabled: readonly ApiConfig[], apiNames: readonly ApiName[] | null): readonly ApiConfig[] => {
  const unknown = apiNames?.find((name) => !enabled.some(({ apiName }) => apiName === name));
  if (unknown !== undefined)
    throw new Refusal(
      'BAD_USER_INPUT',
      `${unknown} is not configured or not enabled.`,
      'Name an enabled API.',
    );
  const first = enabled.find(({ isPrimary }) => isPrimary) ?? enabled[0];
  // What looks at nothing must not read as if all were well.
  if (first === undefined || apiNames?.length === 0)
    throw new Refusal(
      'WRONG_STATE',
      first === undefined ? 'No API app is enabled.' : 'No API is named.',
      'Configure or name one, then ask again.',
    );
  return apiNames === null ? [first] : enabled.filter(({ apiName }) => apiNames.includes(apiName));
};
