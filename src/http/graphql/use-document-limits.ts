import {
  type ASTVisitor,
  GraphQLError,
  parse,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import type { GraphQLPlugin } from './context.ts';

const MAX_TOKENS = 2000;

/** How much one document may ask for. Fields count each time their fragment is used. Introspection has a depth of its own. */
const LIMITS = { levels: 12, aliases: 50, fields: 1000 } as const;
type Size = Readonly<Record<keyof typeof LIMITS, number>>;

/** Refuses documents that ask for too much before anything of them is done. */
export const useDocumentLimits = (): GraphQLPlugin => ({
  onParse: ({ setParseFn }) => setParseFn(parseWithin),
  onValidate: ({ addValidationRule }) => addValidationRule(limitDocument),
});

const parseWithin: typeof parse = (source) => {
  try {
    return parse(source, { maxTokens: MAX_TOKENS });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (/more tha\w \d+ tokens/.test(error.message)) throw tooComplex(MAX_TOKENS, 'tokens');
    error.message = withoutLiteral(error.message);
    throw error;
  }
};

/** The parser quotes what it did not expect, and that may be a PIN. */
const withoutLiteral = (message: string): string =>
  message
    .replace(
      /^(Syntax Error: (?:Expected [^,]{1,40}, found|Unexpected) (?:String|BlockString|Int|Float|Name)) ".*$/s,
      '$1.',
    )
    .replace(/^(Syntax Error: Invalid (?:Unicode|character) escape sequence): .*$/s, '$1.');

const limitDocument = (context: ValidationContext): ASTVisitor => {
  const fragments = new Map<string, Size>();
  const sizeOf = (set: SelectionSetNode | undefined): Size =>
    (set?.selections ?? []).map(sizeOfOne).reduce(add, NOTHING);
  const sizeOfOne = (selection: SelectionNode): Size => {
    if (selection.kind === 'InlineFragment') return sizeOf(selection.selectionSet);
    const name = selection.name.value;
    if (selection.kind === 'FragmentSpread') return fragments.get(name) ?? sizeOfFragment(name);
    const { levels, aliases, fields } = sizeOf(selection.selectionSet);
    return {
      levels: name.startsWith('__') ? 0 : levels + 1,
      aliases: aliases + (selection.alias === undefined ? 0 : 1),
      fields: fields + 1,
    };
  };
  /** Each fragment is measured once: fragments of fragments grow faster than anything. */
  const sizeOfFragment = (name: string): Size => {
    // One that contains itself is refused by another rule; here it must only come to an end.
    fragments.set(name, NOTHING);
    const size = sizeOf(context.getFragment(name)?.selectionSet);
    fragments.set(name, size);
    return size;
  };
  return {
    OperationDefinition: ({ selectionSet }) => {
      const size = sizeOf(selectionSet);
      for (const [measure, limit] of Object.entries(LIMITS) as [keyof Size, number][])
        if (size[measure] > limit) context.reportError(tooComplex(limit, measure));
    },
  };
};

const NOTHING: Size = { levels: 0, aliases: 0, fields: 0 };

const add = (one: Size, other: Size): Size => ({
  levels: Math.max(one.levels, other.levels),
  aliases: one.aliases + other.aliases,
  fields: one.fields + other.fields,
});

const tooComplex = (limit: number, what: string): GraphQLError =>
  new GraphQLError(`The document asks for too much: more than ${limit} ${what}.`, {
    extensions: {
      code: 'DOCUMENT_TOO_COMPLEX',
      nextAction: 'Ask for less at once, or send several requests.',
    },
  });
