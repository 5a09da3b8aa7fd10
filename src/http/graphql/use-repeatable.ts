import { getOperationAST, Kind } from 'graphql';
import type { GraphQLPlugin } from './context.ts';

/** Tells of a query whose root fields are all marked `repeatable` in the schema that its answer may be given again. */
export const useRepeatable = (): GraphQLPlugin => ({
  onExecute: ({ args: { schema, document, operationName, contextValue } }) => {
    const { trait } = contextValue;
    const operation = getOperationAST(document, operationName);
    if (trait === undefined || operation?.operation !== 'query') return undefined;
    const fields = schema.getQueryType()?.getFields() ?? {};
    trait.isRepeatable = operation.selectionSet.selections.every(
      (selection) =>
        selection.kind === Kind.FIELD && fields[selection.name.value]?.extensions.repeatable === true,
    );
    return {
      onExecuteDone: ({ result }) => {
        if ('errors' in result && result.errors !== undefined) trait.isRepeatable = false;
      },
    };
  },
});
