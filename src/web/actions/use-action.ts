import type { AnyVariables } from '@urql/core';
import { useMutation } from 'urql';
import { documentOf, type Generated } from '../state/typed-document.ts';
import { usePageStore } from '../state/use-page-store.ts';
import { type Refused, toRefusal } from './refusal.ts';

export interface Action<Result, Variables> {
  /** Null when it was refused. Whatever is shown afterwards was asked for afterwards. */
  readonly run: (variables: Variables) => Promise<Result | null>;
  readonly isBusy: boolean;
  readonly refusal: Refused | null;
}

/** Something an operator does. Nothing is shown before the server has said it. */
export const useAction = <Result, Variables extends AnyVariables>(
  document: Generated<Result, Variables>,
): Action<Result, Variables> => {
  const store = usePageStore();
  const [{ fetching, error }, execute] = useMutation<Result, Variables>(documentOf(document) as never);
  const run = async (variables: Variables): Promise<Result | null> => {
    const { data, error: refused } = await execute(variables);
    await store.dashboard.refresh();
    return refused === undefined ? (data ?? null) : null;
  };
  return { run, isBusy: fetching, refusal: error === undefined ? null : toRefusal(error) };
};
