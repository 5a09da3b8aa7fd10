import { GraphQLError, parse } from 'graphql';
import type { GraphQLPlugin } from './context.ts';
import { DOCUMENT_LIMITS, limitDocument, tooComplex } from './document-limits.ts';

/** Refuses documents that ask for too much before anything of them is done. */
export const useDocumentLimits = (): GraphQLPlugin => ({
  onParse: ({ setParseFn }) => setParseFn((source) => parseWithin(source)),
  onValidate: ({ addValidationRule }) => addValidationRule(limitDocument),
});

const parseWithin: typeof parse = (source) => {
  try {
    return parse(source, { maxTokens: DOCUMENT_LIMITS.tokens });
  } catch (error) {
    throw error instanceof GraphQLError && /more tha\w \d+ tokens/.test(error.message)
      ? tooComplex(`more than ${DOCUMENT_LIMITS.tokens} tokens`)
      : error;
  }
};
