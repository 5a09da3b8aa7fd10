import { setTimeout as delay } from 'node:timers/promises';
import { CooldownDocument, VegaError } from '../../../sdk/index.ts';
import { EXIT, type Given, isInteractive, type Terminal, textOf } from '../../command.ts';
import { type ApiConnection, openConnection } from '../../connection/api-connection.ts';
import { executeRun, printEnd } from '../../connection/execute-run.ts';
import { readStatus } from '../../connection/read-status.ts';
import { exitOfRun, exitOfStatus } from '../../exit-code.ts';
import { printJson, printLines } from '../../terminal/print.ts';
import { lookOf } from '../../view/look.ts';
import type { Run } from '../../view/run.ts';
import { type Account, renderStatus } from '../../view/status.ts';
import { renderSummary } from '../../view/summary.ts';
import { countdown } from '../../view/times.ts';
import { askDecision, type Decision } from './decision.ts';

/** How long a terminal is asked before "remaining only" is taken. */
const PATIENCE_SECONDS = 10;
/** After so many outages of the broker a person is told; those before are waited out. */
const MAX_OUTAGES = 3;
/**
 * What only means that somebody else was quicker, and how long it is until the next look: that shows whom to wait for. Who has
 * the browser may be at it for a quarter of an hour, with another account, and each look asks the broker about every token.
 */
const SETTLES_BY_WAITING: Readonly<Record<string, number>> = {
  RUN_IN_PROGRESS: 1000,
  COOLDOWN: 1000,
  BROWSER_BUSY: 15_000,
};
/** After so many looks a person is told. */
const MAX_LOOKS = 240;

/**
 * Makes what is missing without a person: waits out whatever time heals, and ends when everything is valid or a person is
 * needed. Fit for cron and systemd: nothing is asked without a terminal, and one line says how it ended.
 */
export const auto = async (terminal: Terminal, given: Given): Promise<number> => {
  await using connection = await openConnection(terminal, { isQuiet: true });
  return await new Auto(connection, terminal, given).run();
};

class Auto {
  readonly #connection: ApiConnection;
  readonly #terminal: Terminal;
  readonly #given: Given;
  readonly #accountId: string | undefined;
  readonly #isShown: boolean;
  #outages = 0;
  #looks = 0;

  constructor(connection: ApiConnection, terminal: Terminal, given: Given) {
    this.#connection = connection;
    this.#terminal = terminal;
    this.#given = given;
    this.#accountId = textOf(given.account);
    this.#isShown = terminal.out.isTTY === true && given.json !== true;
  }

  async run(): Promise<number> {
    const { client } = this.#connection;
    for (;;) {
      const account = await client.authState({ accountId: this.#accountId });
      const other = await this.#waitForOthers(account);
      if (this.#terminal.signal.aborted || other?.endedAt === null) return this.#end(other);
      if (other !== null) continue;
      // A run of today has shown that making what is missing ends what is valid.
      if (account.blockedBy === 'TOKENS_END_EACH_OTHER') return this.#end(account.run);
      const decision = await this.#decide();
      if (decision === null) return this.#end(null);
      const begun = await this.#begin(decision);
      if (begun === null) continue;
      const run = await this.#execute(begun, true);
      if (!this.#isWorthAnother(run)) return this.#end(run);
    }
  }

  /** A run of somebody else, or a cooldown; null when there is neither. */
  async #waitForOthers({ run, cooldown }: Account): Promise<Run | null> {
    if (run !== null && run.endedAt === null) return this.#execute(run, false);
    if (cooldown.active) await this.#sitOut();
    return null;
  }

  async #sitOut(): Promise<void> {
    const { out, signal } = this.#terminal;
    const rest = this.#connection.client.subscribe(
      CooldownDocument,
      { accountId: this.#accountId },
      { signal },
    );
    for await (const { cooldown } of rest) {
      if (!cooldown.active) break;
      const left = `cooldown ${countdown(cooldown.remainingSeconds)} left`;
      if (this.#isShown) out.write(`\r\u001b[K${left}`);
    }
    if (this.#isShown) out.write('\r\u001b[K');
  }

  /** What to make; null for nothing. */
  async #decide(): Promise<Decision> {
    const remaining = { mode: 'INVALID_ONLY', accountId: this.#accountId } as const;
    const facts = await readStatus(this.#connection.client, this.#accountId);
    if (exitOfStatus(facts) === EXIT.ALL_VALID) return null;
    if (this.#given.yes === true || !this.#isShown || !isInteractive(this.#terminal)) return remaining;
    printLines(this.#terminal, renderStatus(facts, lookOf(this.#terminal)));
    return askDecision(this.#terminal, facts.report, {
      accountId: this.#accountId,
      byItselfAfterSeconds: PATIENCE_SECONDS,
      hasAbort: false,
    });
  }

  /** Null when somebody else was quicker. */
  async #begin(decision: NonNullable<Decision>): Promise<Run | null> {
    try {
      return await this.#connection.client.generateTokens(decision);
    } catch (error) {
      const pause = error instanceof VegaError ? SETTLES_BY_WAITING[error.code] : undefined;
      this.#looks += 1;
      if (pause === undefined || this.#looks > MAX_LOOKS) throw error;
      await delay(pause, undefined, { signal: this.#terminal.signal }).catch(() => undefined);
      return null;
    }
  }

  /** The broker could not be reached, and nothing that counts as an attempt had left: the cooldown is waited out. */
  #isWorthAnother({ status, steps }: Run): boolean {
    const failures = steps.flatMap(({ failure }) => failure ?? []);
    const isOutage =
      status === 'STOPPED' &&
      failures.some(({ code }) => code === 'BROKER_UNREACHABLE' || code === 'MAINTENANCE') &&
      failures.every(({ submitted }) => submitted.every((what) => what === 'MOBILE'));
    if (!isOutage || this.#terminal.signal.aborted) return false;
    this.#outages += 1;
    return this.#outages < MAX_OUTAGES;
  }

  /** A server's run can wait for its person alone; one of this process would end with it. */
  #execute(begun: Run, isOurs: boolean): Promise<Run> {
    const leavesAt = ({ run }: { readonly run: Run }) =>
      run.status === 'WAITING_OPERATOR' && this.#connection.serverUrl !== null;
    return executeRun(this.#connection, this.#terminal, begun, { isOurs, isShown: this.#isShown, leavesAt });
  }

  async #end(run: Run | null): Promise<number> {
    if (run !== null) printEnd(this.#terminal, run);
    const facts = await readStatus(this.#connection.client, this.#accountId);
    if (this.#given.json === true) printJson(this.#terminal, facts.report);
    else this.#terminal.out.write(`${renderSummary(facts, run, this.#connection.place)}\n`);
    const code = exitOfStatus(facts);
    return code === EXIT.SOME_MISSING && run !== null ? Math.max(code, exitOfRun(run)) : code;
  }
}
