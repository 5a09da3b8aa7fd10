import type { ExecutionResult } from 'graphql';
import { type EventAnswer, toFrame } from './event-kinds.ts';

/** How long a client waits before it comes back after its connection broke. */
const RETRY_MS = 1000;

type Results = AsyncGenerator<ExecutionResult>;

/**
 * Server-sent events. Nothing is read ahead of a client that does not read; one that leaves ends the results at once.
 * After a GAP `restart` begins anew with the state as it is, so that a client that knows nothing of gaps is right again.
 */
export const eventStream = (first: Results, restart: () => Promise<Results | null>): Response => {
  const encoder = new TextEncoder();
  let [results, isBehindGap, hasLeft] = [first, false, false];
  const beginAnew = async (): Promise<boolean> => {
    await results.return(undefined);
    const anew = await restart();
    if (anew === null) return false;
    results = anew;
    // The client may have left in the meantime, and then nobody else would end these.
    if (hasLeft) await anew.return(undefined);
    return !hasLeft;
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`)),
      pull: async (controller) => {
        if (isBehindGap && !(await beginAnew())) return controller.close();
        // An EventSource comes back whether its stream has ended or has broken off.
        const { value, done } = await results.next().catch(() => ({ value: undefined, done: true }) as const);
        const event = done === true ? undefined : (value.data?.events as EventAnswer | undefined);
        if (event === undefined) {
          await results.return(undefined);
          return controller.close();
        }
        isBehindGap = event.__typename === 'GapEvent';
        controller.enqueue(encoder.encode(toFrame(event)));
      },
      cancel: async () => {
        hasLeft = true;
        await results.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
  });
};
