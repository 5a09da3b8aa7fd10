import type { Plugin } from '@envelop/core';
import type { Context } from '../../graphql/context.ts';

/** What is learnt of an answer while it is made. An object of its own, because Yoga copies the context around it. */
export interface AnswerTrait {
  /** Whoever asks the same of the same state is answered the same. */
  isRepeatable: boolean;
}

/** The context of an operation, whichever way it came. */
export interface RequestContext extends Context, Record<string, unknown> {
  readonly trait?: AnswerTrait;
  /** Called when the subscription ends, however it does; hooks of envelop for that would cost a promise per event. */
  readonly onEnd?: (() => void)[];
}

/** One concern of answering GraphQL. */
export type GraphQLPlugin = Plugin<RequestContext>;
