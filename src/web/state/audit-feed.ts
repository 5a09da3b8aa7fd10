import type { Client } from '@urql/core';
import { type AuditComponent, AuditLogDocument, type AuditLogQuery, type Severity } from '../../sdk/index.ts';
import { Listeners } from './listeners.ts';
import { documentOf } from './typed-document.ts';

export type AuditEntry = AuditLogQuery['auditLog']['nodes'][number];

export interface AuditFilter {
  readonly severity: Severity | null;
  readonly component: AuditComponent | null;
}

export interface AuditView {
  /** The newest first, without a gap. */
  readonly entries: readonly AuditEntry[];
  readonly hasOlder: boolean;
  readonly isLoading: boolean;
  readonly filter: AuditFilter;
}

const PAGE = 200;
/** While one scrolls on, more is fetched at once. */
const LARGE_PAGE = 500;

const EVERYTHING: AuditFilter = { severity: null, component: null };

/** The audit log: pages of the past as one scrolls, and what is written from now on. */
export class AuditFeed {
  readonly #client: Client;
  readonly #listeners = new Listeners();
  #view: AuditView = { entries: [], hasOlder: true, isLoading: true, filter: EVERYTHING };
  #loading: Promise<void> | null = null;
  /** Counts the beginnings: an answer of an earlier one is let go. */
  #round = 0;

  constructor(client: Client) {
    this.#client = client;
  }

  readonly view = (): AuditView => this.#view;

  readonly subscribe = this.#listeners.add;

  /** Begins anew, from the newest entry. */
  readonly restart = (filter: AuditFilter = this.#view.filter): void => {
    this.#round += 1;
    this.#loading = null;
    this.#show({ entries: [], hasOlder: true, isLoading: true, filter });
    this.loadOlder();
  };

  readonly loadOlder = (): void => {
    if (this.#loading !== null || !this.#view.hasOlder) return;
    this.#loading = this.#loadOlder(this.#round);
  };

  /** An entry that was written just now. Those of other accounts are not told, so what lies between is asked for. */
  readonly add = (entry: AuditEntry): void => {
    const newest = this.#newestId();
    if (Number(entry.id) <= newest) return;
    const { filter, entries } = this.#view;
    if (!fits(entry, filter)) return;
    if (isUnfiltered(filter) && newest > 0 && Number(entry.id) > newest + 1)
      return void this.#catchUp(this.#round);
    this.#show({ entries: [entry, ...entries] });
  };

  async #loadOlder(round: number): Promise<void> {
    const { entries } = this.#view;
    this.#show({ isLoading: true });
    const page = await this.#ask(entries.at(-1)?.id, entries.length === 0 ? PAGE : LARGE_PAGE);
    if (round !== this.#round) return;
    this.#loading = null;
    if (page === null) return this.#show({ isLoading: false });
    // Something may have been told while the first page was on its way.
    const oldest = Number(this.#view.entries.at(-1)?.id ?? Number.POSITIVE_INFINITY);
    const older = page.nodes.filter(({ id }) => Number(id) < oldest);
    this.#show({
      entries: [...this.#view.entries, ...older],
      hasOlder: page.pageInfo.hasNextPage,
      isLoading: false,
    });
  }

  async #catchUp(round: number): Promise<void> {
    const page = await this.#ask(undefined, PAGE);
    if (page === null || round !== this.#round) return;
    const newest = this.#newestId();
    const newer = page.nodes.filter(({ id }) => Number(id) > newest);
    const isWhole = newer.length < page.nodes.length || !page.pageInfo.hasNextPage;
    if (!isWhole) return this.restart();
    this.#show({ entries: [...newer, ...this.#view.entries] });
  }

  async #ask(after: string | undefined, first: number): Promise<AuditLogQuery['auditLog'] | null> {
    const { severity, component } = this.#view.filter;
    const variables = { first, after: after ?? null, severity, component };
    const { data } = await this.#client.query(documentOf(AuditLogDocument), variables).toPromise();
    return data?.auditLog ?? null;
  }

  #newestId(): number {
    return Number(this.#view.entries[0]?.id ?? 0);
  }

  #show(change: Partial<AuditView>): void {
    this.#view = { ...this.#view, ...change };
    this.#listeners.publish();
  }
}

const isUnfiltered = ({ severity, component }: AuditFilter): boolean =>
  severity === null && component === null;

const fits = (entry: AuditEntry, { severity, component }: AuditFilter): boolean =>
  (severity === null || entry.severity === severity) && (component === null || entry.component === component);
