import type { IncomingMessage } from 'node:http';
import getRawBody from 'raw-body';

/** How long the body of a request to `/graphql` may be, in bytes. */
export const MAX_BODY_BYTES = 1_000_000;

/** The messages behind requests that came over a socket: of them no more is read than is allowed. */
const messages = new WeakMap<Request, IncomingMessage>();

export const noteMessage = (request: Request, message: IncomingMessage): void => {
  messages.set(request, message);
};

/** A request's body as text; null when it is longer than that, and then the rest of it is not read. */
export const readBody = async (request: Request, maxBytes: number): Promise<string | null> => {
  const message = messages.get(request);
  if (message !== undefined) return readMessage(message, maxBytes);
  const text = await request.text();
  return Buffer.byteLength(text) > maxBytes ? null : text;
};

/** As `readBody`, of a message. Throws when the client breaks off. */
export const readMessage = async (message: IncomingMessage, maxBytes: number): Promise<string | null> => {
  try {
    return await getRawBody(message, {
      limit: maxBytes,
      length: message.headers['content-length'] ?? null,
      encoding: 'utf8',
    });
  } catch (error) {
    if ((error as { type?: string }).type !== 'entity.too.large') throw error;
    // The rest is let go by, because a client that is cut off while it writes does not read the answer.
    message.resume();
    return null;
  }
};
