/** How long a client waits before it comes back after its connection broke. */
const RETRY_MS = 1000;

/**
 * Server-sent events. Nothing is read ahead of a client that does not read; one that leaves ends the frames at once.
 */
export const eventStream = (frames: AsyncIterator<string>): Response => {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`)),
      pull: async (controller) => {
        const { value, done } = await frames.next();
        if (done === true) controller.close();
        else controller.enqueue(encoder.encode(value));
      },
      cancel: async () => {
        await frames.return?.();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
  });
};
