import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import type { GraphQLPlugin } from './context.ts';

/** Tells of a query whose root fields are all marked `repeatable` in the schema that its answer may be given again. */
export const useRepeatable = (): GraphQLPlugin => ({
  onExecute: ({ args: { schema, document, operationName, contextValue } }) => {
    const { trait } = contextValue;
    if (trait === undefined) return undefined;
    const { definitions } = document as DocumentNode;
    const [operation] = definitions.filter(
      (definition): definition is OperationDefinitionNode =>
        definition.kind === Kind.OPERATION_DEFINITION &&
        (operationName == null || definition.name?.value === operationName),
    );
    trait.isRepeatable = operation !== undefined && isRepeatable(operation, schema);
    return {
      onExecuteDone: ({ result }) => {
        if ('errors' in result && result.errors !== undefined) trait.isRepeatable = false;
      },
    };
  },
});

const isRepeatable = (operation: OperationDefinitionNode, schema: GraphQLSchema): boolean => {
  const fields = schema.getQueryType()?.getFields() ?? {};
  return (
    operation.operation === 'query' &&
    operation.selectionSet.selections.every(
      (selection) =>
        selection.kind === Kind.FIELD && fields[selection.name.value]?.extensions.repeatable === true,
    )
  );
};
