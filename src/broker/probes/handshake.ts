import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';

/** Longer than any error envelope of the broker's. */
const BODY_BYTES = 16_384;
const SWITCHING_PROTOCOLS = 101;

/** How a handshake is answered. */
export interface Handshake {
  /** Null where it was not. */
  httpStatus: number | null;
  contentType: string;
  /** The body of a refusal; null where it was not read to its end. */
  body: string | null;
  socket: Duplex | null;
}

export const noHandshake = (): Handshake => ({ httpStatus: null, contentType: '', body: null, socket: null });

export const isRefusal = ({ httpStatus }: Pick<Handshake, 'httpStatus'>): boolean =>
  httpStatus !== null && httpStatus !== SWITCHING_PROTOCOLS;

/**
 * Notes how a handshake is answered: a WebSocket does not tell with which status it was refused, and does not wait for the
 * body. It is told of an error in place of a refusal, because after a 401 it would ask again.
 */
export const noting = (
  handler: Dispatcher.DispatchHandler,
  handshake: Handshake,
): Dispatcher.DispatchHandler => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  return {
    onRequestStart: (...given) => handler.onRequestStart?.(...given),
    onRequestUpgrade: (...given) => {
      [, handshake.httpStatus, , handshake.socket] = given;
      handler.onRequestUpgrade?.(...given);
    },
    onResponseStart: (_controller, status, headers) => {
      handshake.httpStatus = status;
      handshake.contentType = String(headers['content-type'] ?? '');
    },
    onResponseData: (controller, chunk) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES) chunks.push(chunk);
      else controller.abort(new Error('The refusal is too long.'));
    },
    onResponseEnd: (controller) => {
      handshake.body = Buffer.concat(chunks).toString('utf8');
      handler.onResponseError?.(controller, new Error('The handshake is refused.'));
    },
    onResponseError: (...given) => handler.onResponseError?.(...given),
  };
};
