import type { App } from '../../app.ts';
import { type Answer, dataOf, type Transport } from '../../sdk/transport.ts';
import { VegaError } from '../../sdk/vega-error.ts';
import { withVisibleTexts } from '../view/visible.ts';

/** The GraphQL API of a program in this process: the operations that HTTP would perform, without it. */
export const processTransport = ({ perform }: Pick<App, 'perform'>): Transport => ({
  ask: async ({ query, variables }) =>
    dataOf(asSent(await perform({ query, variables: variables as Readonly<Record<string, unknown>> })), null),
  async *follow({ query, variables }, signal, onOpen = () => undefined) {
    const outcome = await perform({ query, variables: variables as Readonly<Record<string, unknown>> });
    if (!(Symbol.asyncIterator in outcome)) {
      dataOf(asSent(outcome), null);
      throw new VegaError('NETWORK', 'A subscription was answered with something else.');
    }
    const leave = (): void => void outcome.return(undefined);
    signal.addEventListener('abort', leave, { once: true });
    if (signal.aborted) leave();
    onOpen();
    try {
      for await (const result of outcome) yield dataOf(asSent(result), null);
    } finally {
      signal.removeEventListener('abort', leave);
      leave();
    }
  },
});

/** As it would come over the wire, with nothing in it that a terminal would obey. */
const asSent = (result: unknown): Answer => withVisibleTexts(JSON.parse(JSON.stringify(result))) as Answer;
