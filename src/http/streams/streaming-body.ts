import type { EventSink } from './event-sink.ts';

/** How many chunks wait for a caller that does not read. */
const WAITING_CHUNKS = 16;

/** The body of a `Response`, for a caller in this process. */
export const streamingBody = (open: (sink: EventSink) => void): ReadableStream<Uint8Array> => {
  let onDrained = (): void => undefined;
  let onClosed = (): void => undefined;
  let isClosed = false;
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const close = (): void => {
          if (isClosed) return;
          isClosed = true;
          controller.close();
          onClosed();
        };
        open({
          write: (chunk) => {
            if (isClosed) return false;
            controller.enqueue(chunk.bytes);
            return (controller.desiredSize ?? 0) > 0;
          },
          whenDrained: (callback) => {
            onDrained = callback;
          },
          whenClosed: (callback) => {
            onClosed = callback;
          },
          end: close,
          destroy: close,
        });
      },
      pull: () => onDrained(),
      cancel: () => {
        isClosed = true;
        onClosed();
      },
    },
    new CountQueuingStrategy({ highWaterMark: WAITING_CHUNKS }),
  );
};
