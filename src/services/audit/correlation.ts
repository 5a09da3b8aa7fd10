import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<string | null>();

/** Everything that `work` causes belongs to this run, or to this request: its audit entries carry the id. */
export const correlated = <Result>(id: string | null, work: () => Result): Result => scope.run(id, work);

/** The run or the request that is being worked for; null for what time or the start does by itself. */
export const currentCorrelation = (): string | null => scope.getStore() ?? null;
