import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Chunk } from './chunk.ts';
import type { EventSink } from './event-sink.ts';

/**
 * Straight to the socket. What many readers are told was put into the chunked form of HTTP once, for all of them:
 * leaving that to each response costs more than the rest of a delivery.
 */
export class ResponseSink implements EventSink {
  readonly #response: ServerResponse;
  /** Null where an earlier answer on the same connection is still under way, or the protocol knows no chunks. */
  readonly #socket: Socket | null;

  constructor(response: ServerResponse) {
    this.#response = response;
    response.socket?.setNoDelay(true);
    response.flushHeaders();
    this.#socket = response.chunkedEncoding ? response.socket : null;
  }

  write(chunk: Chunk): boolean {
    if (this.#response.destroyed) return false;
    return this.#socket?.write(chunk.wire) ?? this.#response.write(chunk.bytes);
  }

  whenDrained(callback: () => void): void {
    const source = this.#socket ?? this.#response;
    source.on('drain', callback);
    this.#response.on('close', () => source.off('drain', callback));
  }

  whenClosed(callback: () => void): void {
    // It may have gone away while its answer was made.
    if (this.#response.closed || this.#response.destroyed) callback();
    else this.#response.on('close', callback);
  }

  end(): void {
    this.#response.end();
  }

  destroy(): void {
    this.#response.destroy();
  }
}
