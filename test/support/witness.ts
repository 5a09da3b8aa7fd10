import type { AuthState } from '../../src/domain/auth/auth-state.ts';
import type { EventPayload } from '../../src/domain/events/event.ts';
import type { TokenProgress } from '../../src/domain/run/generation-run.ts';
import { type TestApp, until } from './test-app.ts';

/** What an event says, in a form that the query's answer has, too. */
type Said = string;

const KINDS = [
  ...(['AUTH_STATE', 'TOKEN_PROGRESS', 'COOLDOWN', 'AUTH_CONFIRMED'] as const),
  ...(['ACCOUNT_SWITCHED', 'TOKEN_STORED', 'AUDIT'] as const),
] as const;
type Kind = (typeof KINDS)[number];

const QUERY = `query ($id: ID!) {
  activeAccount { id }
  ready(accountId: $id)
  tokens(accountId: $id) { apiName verdict version }
  auditLog(first: 100) { nodes { id message } }
  authState(accountId: $id) { state primaryPresent blockedBy since nextOperations
    cooldown { active until reason }
    run { id status steps { apiName status step } } } }`;

// biome-ignore lint/suspicious/noExplicitAny: answers are compared, not computed with
type Answer = any;

/** `about` tells apart what is of the same kind: of which API a token is, which entry was written. */
const saidBy = (event: EventPayload): { kind: Kind; said: Said; about?: string } | null => {
  switch (event.kind) {
    case 'AUTH_STATE':
      return { kind: 'AUTH_STATE', said: stateText(event.authState) };
    case 'TOKEN_PROGRESS':
      return { kind: 'TOKEN_PROGRESS', said: progressText(event.progress) };
    case 'COOLDOWN': {
      const { active, until: end, reason } = event.cooldown;
      return { kind: 'COOLDOWN', said: JSON.stringify([active, end, reason]) };
    }
    case 'AUTH_CONFIRMED':
      return { kind: 'AUTH_CONFIRMED', said: 'true' };
    case 'ACCOUNT_SWITCHED':
      return { kind: 'ACCOUNT_SWITCHED', said: event.account.id };
    case 'TOKEN_STORED': {
      const { apiName, version } = event.stored;
      return { kind: 'TOKEN_STORED', about: apiName, said: String(version) };
    }
    case 'AUDIT': {
      const { id, message } = event.entry;
      return { kind: 'AUDIT', about: String(id), said: message };
    }
    default:
      return null;
  }
};

const stateText = (state: AuthState | Answer): Said => {
  const { primaryPresent, blockedBy, since, nextOperations, cooldown, run } = state;
  const rest = [cooldown.active, cooldown.until, cooldown.reason];
  return JSON.stringify([
    ...[state.state, primaryPresent, blockedBy, since, nextOperations, rest],
    run === null ? null : [run.id, run.status],
  ]);
};

const progressText = ({ total, generated, missing, runTotal, runGenerated, current, step }: TokenProgress) =>
  JSON.stringify([total, generated, missing, runTotal, runGenerated, current, step]);

/** What the query says where an event of that kind would. */
const askedOf = (kind: Kind, about: string, answer: Answer): Said => {
  const { activeAccount, ready, tokens, authState, auditLog } = answer;
  const { run, cooldown } = authState;
  const steps: { status: string; apiName: string; step: string }[] = run?.steps ?? [];
  const missing = tokens.filter((token: Answer) => token.verdict !== 'VALID');
  const current = steps.find(({ status }) => status === 'RUNNING');
  switch (kind) {
    case 'AUTH_STATE':
      return stateText(authState);
    case 'TOKEN_PROGRESS':
      return JSON.stringify([
        ...[tokens.length, tokens.length - missing.length, missing.map(({ apiName }: Answer) => apiName)],
        ...[steps.length, steps.filter(({ status }) => status === 'DONE').length],
        ...[current?.apiName ?? null, current?.step ?? null],
      ]);
    case 'COOLDOWN':
      return JSON.stringify([cooldown.active, cooldown.until, cooldown.reason]);
    case 'AUTH_CONFIRMED':
      return String(ready);
    case 'ACCOUNT_SWITCHED':
      return activeAccount.id;
    case 'TOKEN_STORED':
      return String(tokens.find(({ apiName }: Answer) => apiName === about)?.version);
    case 'AUDIT':
      return auditLog.nodes.find(({ id }: Answer) => id === about)?.message ?? 'no such entry';
  }
};

/**
 * Holds every event against the query, asked at its id: the answer is what the event says, or what the next of its kind
 * says, where one was on its way.
 */
export class Witness {
  readonly #testApp: TestApp;
  readonly #said = new Map<string, Said[]>();
  readonly #asking = new Set<Promise<void>>();
  readonly #open: { key: string; from: number; to: number; asked: Said; statesBefore: number }[] = [];
  held = 0;
  #isOver = false;

  constructor(testApp: TestApp) {
    this.#testApp = testApp;
    const { events } = testApp.app.services;
    const publish = events.publish.bind(events);
    events.publish = (accountId, event) => {
      publish(accountId, event);
      // A server that stops says so, and answers nothing any more.
      if (this.#isOver) return;
      const told = saidBy(event);
      // What concerns no account is asked of the first one.
      if (told !== null) this.#note(accountId ?? (told.kind === 'AUDIT' ? 'UPSTOX_01' : told.said), told);
    };
  }

  /** Throws for an event that said something else than the query; waits for those that are on their way. */
  async settle(accountIds: readonly string[]): Promise<void> {
    while (this.#asking.size > 0) await Promise.all(this.#asking);
    for (const accountId of accountIds) {
      for (const kind of ['AUTH_STATE', 'TOKEN_PROGRESS', 'COOLDOWN'] as const) {
        const last = () => this.#said.get(`${accountId} ${kind}`)?.at(-1);
        if (last() === undefined) continue;
        let asked = '';
        const isSame = async (): Promise<boolean> => {
          asked = await this.#ask(accountId, kind, '');
          return asked === last();
        };
        await until('the last event', isSame, 5000).catch(() => {
          throw new Error(`The last ${kind} of ${accountId} says ${last()}, the query ${asked}`);
        });
      }
    }
    while (this.#asking.size > 0) await Promise.all(this.#asking);
    for (const { key, from, to, asked, statesBefore } of this.#open.splice(0)) {
      const said = this.#said.get(key) ?? [];
      if (said.slice(from, to + 2).includes(asked)) continue;
      // The gate may have closed since, which a later state says.
      const [accountId] = key.split(' ');
      const states = this.#said.get(`${accountId} AUTH_STATE`) ?? [];
      if (key.includes('AUTH_CONFIRMED') && states.length > statesBefore) continue;
      throw new Error(
        `${key}: the events said ${said.slice(from, to + 2).join(' then ')}, the query ${asked}`,
      );
    }
  }

  /** From here on nothing is asked. */
  end(): void {
    this.#isOver = true;
  }

  #note(accountId: string, { kind, said, about = '' }: { kind: Kind; said: Said; about?: string }): void {
    const key = `${accountId} ${kind}${about === '' ? '' : ` ${about}`}`;
    const statesBefore = this.#said.get(`${accountId} AUTH_STATE`)?.length ?? 0;
    const all = this.#said.get(key) ?? [];
    const from = all.push(said) - 1;
    this.#said.set(key, all);
    const asking = this.#ask(accountId, kind, about).then((asked) => {
      this.#open.push({ key, from, to: all.length - 1, asked, statesBefore });
      this.held += 1;
    });
    this.#asking.add(asking);
    void asking.finally(() => this.#asking.delete(asking));
  }

  async #ask(accountId: string, kind: Kind, about: string): Promise<Said> {
    const { data } = await this.#testApp.ask(QUERY, { id: accountId });
    return askedOf(kind, about, data);
  }
}
