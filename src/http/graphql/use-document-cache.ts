import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { GraphQLPlugin } from './context.ts';

/** How much memory parsed documents may take. */
const MAX_BYTES = 8_000_000;
/** What a token costs with the nodes, places and strings that hang on it, measured on V8 with room to spare. */
const BYTES_PER_TOKEN = 700;
/** The text is held twice: as the key, and as the source that places point into. */
const BYTES_PER_CHARACTER = 4;

/** Parsed and validated documents by their text. */
export const documentCache = (maxBytes = MAX_BYTES): LRUCache<string, DocumentNode> =>
  new LRUCache({
    maxSize: maxBytes,
    sizeCalculation: ({ tokenCount = 0 }, text) =>
      BYTES_PER_CHARACTER * text.length + BYTES_PER_TOKEN * ((tokenCount || text.length) + 2),
  });

/** Parses and validates each document once, as long as the cache has room for it. */
export const useDocumentCache = (): GraphQLPlugin => {
  const documents = documentCache();
  const texts = new WeakMap<object, string>();
  return {
    onParse: ({ params: { source }, setParsedDocument }) => {
      const text = typeof source === 'string' ? source : source.body;
      const known = documents.get(text);
      if (known !== undefined) setParsedDocument(known);
      return ({ result }) => {
        if (result !== null && !(result instanceof Error)) texts.set(result, text);
      };
    },
    onValidate: ({ params: { documentAST }, setResult }) => {
      const text = texts.get(documentAST) ?? '';
      if (documents.get(text) === documentAST) {
        setResult([]);
        return undefined;
      }
      return ({ valid }) => {
        if (valid && text !== '') documents.set(text, documentAST);
      };
    },
  };
};
