import type { DocumentInput } from '@urql/core';

/** A generated operation: its text, and the types that go with it. */
export interface Generated<Result, Variables> {
  toString(): string;
  readonly __apiType?: (variables: Variables) => Result;
}

/** urql takes a document for a syntax tree unless it is a plain string. */
export const documentOf = <Result, Variables>(
  generated: Generated<Result, Variables>,
): DocumentInput<Result, Variables & object> =>
  generated.toString() as unknown as DocumentInput<Result, Variables & object>;
