import type { DocumentNode } from 'graphql';

/** How much memory parsed documents may take. */
const MAX_BYTES = 8_000_000;
/** What a token costs with the nodes, places and strings that hang on it, measured on V8 with room to spare. */
const BYTES_PER_TOKEN = 700;
const BYTES_PER_CHARACTER = 2;

interface Entry {
  readonly document: DocumentNode;
  readonly bytes: number;
}

/** Parsed and validated documents by their text, the least recently used forgotten first, bounded by their bytes. */
export class DocumentCache {
  readonly #entries = new Map<string, Entry>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(text: string): DocumentNode | undefined {
    const entry = this.#entries.get(text);
    if (entry === undefined) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, entry);
    return entry.document;
  }

  set(text: string, document: DocumentNode): void {
    this.#forget(text);
    const bytes = bytesOf(text, document);
    if (bytes > this.#maxBytes) return;
    for (const [oldest] of this.#entries) {
      if (this.#bytes + bytes <= this.#maxBytes) break;
      this.#forget(oldest);
    }
    this.#entries.set(text, { document, bytes });
    this.#bytes += bytes;
  }

  #forget(text: string): void {
    this.#bytes -= this.#entries.get(text)?.bytes ?? 0;
    this.#entries.delete(text);
  }
}

/** The text is held twice: as the key, and as the source that places point into. */
const bytesOf = (text: string, { tokenCount = text.length }: DocumentNode): number =>
  2 * BYTES_PER_CHARACTER * text.length + BYTES_PER_TOKEN * (tokenCount + 2);
