/** Bytes, and the same bytes as a chunk of HTTP/1.1. */
export interface Chunk {
  readonly bytes: Uint8Array;
  readonly wire: Uint8Array;
}

const END = Buffer.from('\r\n');

export const toChunk = (text: string): Chunk => {
  const size = Buffer.byteLength(text);
  const head = `${size.toString(16)}\r\n`;
  const wire = Buffer.allocUnsafe(head.length + size + END.length);
  wire.write(head, 0, 'latin1');
  wire.write(text, head.length, 'utf8');
  END.copy(wire, head.length + size);
  return { wire, bytes: wire.subarray(head.length, head.length + size) };
};
