import SchemaBuilder from '@pothos/core';
import ValidationPlugin from '@pothos/plugin-validation';
import { GraphQLError } from 'graphql';
import { accessPlugin } from './access/access-plugin.ts';
import type { Context } from './context.ts';

export const builder = new SchemaBuilder<{
  Context: Context;
  Scalars: { DateTime: { Input: Date; Output: Date } };
  DefaultFieldNullability: false;
}>({
  // The first one comes first: whoever may not use a field learns nothing of its arguments.
  plugins: [accessPlugin, ValidationPlugin],
  defaultFieldNullability: false,
  validation: {
    validationError: ({ issues }) =>
      new GraphQLError(issues.map(({ message }) => message).join(' '), {
        extensions: {
          code: 'BAD_USER_INPUT',
          nextAction: 'Correct the arguments that `issues` names and send the request again.',
          issues: issues.map(({ path, message }) => ({ path, message })),
        },
      }),
  },
});

builder.queryType({ description: 'Reading changes nothing.' });
builder.mutationType({
  description:
    'Acting. A refusal is an error with `extensions.code` and `extensions.nextAction`; it has changed nothing.',
});
builder.subscriptionType({
  description: 'What happens, as server-sent events. The first message is the state as it is.',
});

/** An enum whose values are named as the program names them: what one of them means cannot be said of another. */
export const enumOf = <Value extends string>(
  name: string,
  {
    description,
    of,
    values,
  }: { description: string; of: readonly Value[]; values: Readonly<Record<Value, string>> },
) =>
  builder.enumType(name, {
    description,
    values: Object.fromEntries(of.map((value) => [value, { value, description: values[value] }])) as Record<
      Value,
      { value: Value; description: string }
    >,
  });

/** Of whatever is asked of one account. */
export const accountArgument = { description: 'An account; the active one if left out.' } as const;

/**
 * Of a query that changes nothing and reads only what `StateRevision` watches: whoever asks the same of the same state is
 * answered the same, so the answer may be kept.
 */
export const REPEATABLE = { repeatable: true } as const;
