import type { Chunk } from './chunk.ts';

/** Where server-sent events go: a socket, or a caller in this process. */
export interface EventSink {
  /** False when the other side should be given time; `whenDrained` tells when it has had it. */
  write(chunk: Chunk): boolean;
  whenDrained(callback: () => void): void;
  /** The other side has gone away, or it was ended from here. */
  whenClosed(callback: () => void): void;
  end(): void;
  /** Breaks it off, so that the other side knows that this is no end. */
  destroy(): void;
}

export const EVENT_STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // A proxy that collects output would hold events back.
  'x-accel-buffering': 'no',
} as const;
