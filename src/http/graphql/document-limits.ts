import {
  type ASTVisitor,
  GraphQLError,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';

/** How much one document may ask for. */
export const DOCUMENT_LIMITS = {
  /** Words and signs. */
  tokens: 2000,
  /** Fields within fields; introspection has a rule of its own. */
  depth: 12,
  aliases: 50,
  /** Fields, those of a fragment each time it is used. */
  fields: 1000,
} as const;

interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly fields: number;
}

const NOTHING: Size = { depth: 0, aliases: 0, fields: 0 };
const WORDS = { depth: 'levels', aliases: 'aliases', fields: 'fields' } as const;
const MEASURES = ['depth', 'aliases', 'fields'] as const;

/** A validation rule that refuses what would cost more than any page needs. */
export const limitDocument = (context: ValidationContext): ASTVisitor => {
  const fragments = new Map<string, Size>();
  return {
    OperationDefinition: (operation) => {
      const size = sizeOf(operation.selectionSet, context, fragments);
      for (const measure of MEASURES) {
        if (size[measure] > DOCUMENT_LIMITS[measure])
          context.reportError(tooComplex(`more than ${DOCUMENT_LIMITS[measure]} ${WORDS[measure]}`));
      }
    },
  };
};

export const tooComplex = (why: string): GraphQLError =>
  new GraphQLError(`The document asks for too much: ${why}.`, {
    extensions: {
      code: 'DOCUMENT_TOO_COMPLEX',
      nextAction: 'Ask for less at once, or send several requests.',
    },
  });

const sizeOf = (
  { selections }: SelectionSetNode,
  context: ValidationContext,
  fragments: Map<string, Size>,
): Size => selections.map((selection) => sizeOfOne(selection, context, fragments)).reduce(add, NOTHING);

const sizeOfOne = (
  selection: SelectionNode,
  context: ValidationContext,
  fragments: Map<string, Size>,
): Size => {
  if (selection.kind === Kind.INLINE_FRAGMENT) return sizeOf(selection.selectionSet, context, fragments);
  if (selection.kind === Kind.FRAGMENT_SPREAD)
    return sizeOfFragment(selection.name.value, context, fragments);
  const within =
    selection.selectionSet === undefined ? NOTHING : sizeOf(selection.selectionSet, context, fragments);
  return {
    depth: selection.name.value.startsWith('__') ? 0 : within.depth + 1,
    aliases: within.aliases + (selection.alias === undefined ? 0 : 1),
    fields: within.fields + 1,
  };
};

/** Each fragment is measured once, however often it is used: fragments of fragments grow faster than anything. */
const sizeOfFragment = (name: string, context: ValidationContext, fragments: Map<string, Size>): Size => {
  const known = fragments.get(name);
  if (known !== undefined) return known;
  // One that contains itself is refused by another rule; here it must only come to an end.
  fragments.set(name, NOTHING);
  const fragment = context.getFragment(name);
  const size = fragment == null ? NOTHING : sizeOf(fragment.selectionSet, context, fragments);
  fragments.set(name, size);
  return size;
};

const add = (one: Size, other: Size): Size => ({
  depth: Math.max(one.depth, other.depth),
  aliases: one.aliases + other.aliases,
  fields: one.fields + other.fields,
});
