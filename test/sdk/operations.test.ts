import { type FieldNode, Kind, type OperationDefinitionNode, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import * as sdk from '../../src/sdk/index.ts';

const documents = Object.entries(sdk)
  .filter(([name]) => name.endsWith('Document'))
  .map(([name, document]) => [name, parse(String(document))] as const);

/** The kind of an operation and the one field that it is about. */
const operations = documents.map(([, document]) => {
  const operation = document.definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  const fields = operation?.selectionSet.selections.map((selection) => (selection as FieldNode).name.value);
  return `${operation?.operation} ${fields?.join(' ')}`;
});

const fieldsOf = (kind: 'query' | 'mutation' | 'subscription'): string[] => {
  const types = {
    query: schema.getQueryType(),
    mutation: schema.getMutationType(),
    subscription: schema.getSubscriptionType(),
  };
  return Object.keys(types[kind]?.getFields() ?? {}).map((field) => `${kind} ${field}`);
};

test('every field of the schema has one operation in src/sdk/operations', () => {
  const fields = [...fieldsOf('query'), ...fieldsOf('mutation'), ...fieldsOf('subscription')];
  expect([...operations].sort()).toEqual(fields.sort());
});

test('every query and every mutation is a method of the client', () => {
  const client = sdk.createVegaClient({ url: 'http://127.0.0.1:1' });
  const others = ['request', 'subscribe', 'events', 'token', 'onRotate', 'close'];
  const methods = Object.keys(client).filter((name) => !others.includes(name));
  const fields = [...fieldsOf('query'), ...fieldsOf('mutation')].map((field) => field.split(' ')[1]);
  expect(methods.sort()).toEqual(fields.sort());
});

test('every operation fits the schema', () => {
  for (const [name, document] of documents) expect([name, ...validate(schema, document)]).toEqual([name]);
});

test('the events ask about every kind of event', () => {
  const events = String(sdk.EventsDocument);
  const kinds = schema.getPossibleTypes(schema.getType('AuthEvent') as never).map(({ name }) => name);
  const bare = kinds.filter((name) => !['HeartbeatEvent', 'GapEvent'].includes(name));
  expect(bare.filter((name) => !events.includes(`... on ${name}`))).toEqual([]);
});
