import type { DocumentNode } from 'graphql';
import type { GraphQLPlugin } from './context.ts';
import { DocumentCache } from './document-cache.ts';

/** Parses and validates each document once, as long as the cache has room for it. */
export const useDocumentCache = (): GraphQLPlugin => {
  const documents = new DocumentCache();
  const texts = new WeakMap<DocumentNode, string>();
  const isValid = (document: DocumentNode): boolean => documents.get(texts.get(document) ?? '') === document;
  return {
    onParse: ({ params: { source }, setParsedDocument }) => {
      const text = typeof source === 'string' ? source : source.body;
      const known = documents.get(text);
      if (known !== undefined) setParsedDocument(known);
      return ({ result }) => {
        if (result !== null && !(result instanceof Error)) texts.set(result as DocumentNode, text);
      };
    },
    onValidate: ({ params: { documentAST }, setResult }) => {
      if (isValid(documentAST)) {
        setResult([]);
        return undefined;
      }
      return ({ valid }) => {
        const text = texts.get(documentAST);
        if (valid && text !== undefined) documents.set(text, documentAST);
      };
    },
  };
};
