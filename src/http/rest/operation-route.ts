import type { ExecutionResult } from 'graphql';
import type { Operations } from '../graphql/operations.ts';
import type { OperationRow } from './operations.ts';
import { type ParameterTypes, parameterTypesOf, readParameters } from './parameters.ts';
import { refusalResponse } from './refusals.ts';
import type { RestRoute } from './rest-route.ts';

/** Turns a row of the table into a route. */
export const operationRoute = (row: OperationRow, operations: Operations, clock: () => Date): RestRoute => {
  const types: ParameterTypes = parameterTypesOf(row.operation);
  return {
    method: row.method,
    path: row.path,
    answer: async (request, caller) => {
      const variables = await readParameters(request, types);
      if (variables instanceof Response) return variables;
      const result = (await operations.perform(
        { query: row.operation, variables },
        caller,
      )) as ExecutionResult;
      if (result.errors !== undefined) return refusalResponse(result.errors, clock());
      const data = result.data ?? {};
      const { shape = onlyField, refuse } = row;
      return refuse?.(data) ?? Response.json(shape(data), { status: row.status ?? 200 });
    },
  };
};

const onlyField = (data: Readonly<Record<string, unknown>>): unknown => Object.values(data)[0];
