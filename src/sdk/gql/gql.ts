/* eslint-disable */
import * as types from './graphql.ts';



/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "fragment StateOfAccount on AuthState {\n  accountId\n  state\n  primaryPresent\n  blockedBy\n  since\n  cooldown {\n    active\n    remainingSeconds\n    until\n    reason\n  }\n}\n\nquery AuthState($accountId: ID) {\n  authState(accountId: $accountId) {\n    ...StateOfAccount\n  }\n}\n\nsubscription Events($accountId: ID, $after: ID) {\n  events(accountId: $accountId, after: $after) {\n    __typename\n    id\n    at\n    accountId\n    ... on AuthStateEvent {\n      authState {\n        ...StateOfAccount\n      }\n    }\n    ... on TokenProgressEvent {\n      progress {\n        total\n        generated\n        missing\n        current\n        step\n        runId\n      }\n    }\n    ... on CooldownEvent {\n      cooldown {\n        active\n        remainingSeconds\n        until\n        reason\n      }\n    }\n    ... on AuthConfirmedEvent {\n      confirmation {\n        authenticated\n        redirect\n      }\n    }\n  }\n}": typeof types.StateOfAccountFragmentDoc,
    "fragment RunState on GenerationRun {\n  id\n  accountId\n  mode\n  status\n  startedAt\n  endedAt\n  steps {\n    apiName\n    status\n    step\n    failure {\n      code\n      message\n      nextAction\n      submitted\n    }\n  }\n}\n\nmutation GenerateTokens($mode: GenerationMode!, $apiNames: [ApiName!], $accountId: ID, $via: AcquisitionPath, $replaceValid: Boolean, $includeUnknown: Boolean) {\n  generateTokens(\n    mode: $mode\n    apiNames: $apiNames\n    accountId: $accountId\n    via: $via\n    replaceValid: $replaceValid\n    includeUnknown: $includeUnknown\n  ) {\n    ...RunState\n  }\n}\n\nquery GenerationRun($id: ID!) {\n  generationRun(id: $id) {\n    ...RunState\n  }\n}\n\nsubscription TokenProgress($accountId: ID) {\n  tokenProgress(accountId: $accountId) {\n    total\n    generated\n    missing\n    current\n    step\n    runId\n  }\n}": typeof types.RunStateFragmentDoc,
    "query Tokens($accountId: ID) {\n  tokens(accountId: $accountId) {\n    apiName\n    isPrimary\n    verdict\n    fingerprint\n    generatedAt\n    expiresAt\n    checkedAt\n    storage\n    version\n  }\n}": typeof types.TokensDocument,
};
const documents: Documents = {
    "fragment StateOfAccount on AuthState {\n  accountId\n  state\n  primaryPresent\n  blockedBy\n  since\n  cooldown {\n    active\n    remainingSeconds\n    until\n    reason\n  }\n}\n\nquery AuthState($accountId: ID) {\n  authState(accountId: $accountId) {\n    ...StateOfAccount\n  }\n}\n\nsubscription Events($accountId: ID, $after: ID) {\n  events(accountId: $accountId, after: $after) {\n    __typename\n    id\n    at\n    accountId\n    ... on AuthStateEvent {\n      authState {\n        ...StateOfAccount\n      }\n    }\n    ... on TokenProgressEvent {\n      progress {\n        total\n        generated\n        missing\n        current\n        step\n        runId\n      }\n    }\n    ... on CooldownEvent {\n      cooldown {\n        active\n        remainingSeconds\n        until\n        reason\n      }\n    }\n    ... on AuthConfirmedEvent {\n      confirmation {\n        authenticated\n        redirect\n      }\n    }\n  }\n}": types.StateOfAccountFragmentDoc,
    "fragment RunState on GenerationRun {\n  id\n  accountId\n  mode\n  status\n  startedAt\n  endedAt\n  steps {\n    apiName\n    status\n    step\n    failure {\n      code\n      message\n      nextAction\n      submitted\n    }\n  }\n}\n\nmutation GenerateTokens($mode: GenerationMode!, $apiNames: [ApiName!], $accountId: ID, $via: AcquisitionPath, $replaceValid: Boolean, $includeUnknown: Boolean) {\n  generateTokens(\n    mode: $mode\n    apiNames: $apiNames\n    accountId: $accountId\n    via: $via\n    replaceValid: $replaceValid\n    includeUnknown: $includeUnknown\n  ) {\n    ...RunState\n  }\n}\n\nquery GenerationRun($id: ID!) {\n  generationRun(id: $id) {\n    ...RunState\n  }\n}\n\nsubscription TokenProgress($accountId: ID) {\n  tokenProgress(accountId: $accountId) {\n    total\n    generated\n    missing\n    current\n    step\n    runId\n  }\n}": types.RunStateFragmentDoc,
    "query Tokens($accountId: ID) {\n  tokens(accountId: $accountId) {\n    apiName\n    isPrimary\n    verdict\n    fingerprint\n    generatedAt\n    expiresAt\n    checkedAt\n    storage\n    version\n  }\n}": types.TokensDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment StateOfAccount on AuthState {\n  accountId\n  state\n  primaryPresent\n  blockedBy\n  since\n  cooldown {\n    active\n    remainingSeconds\n    until\n    reason\n  }\n}\n\nquery AuthState($accountId: ID) {\n  authState(accountId: $accountId) {\n    ...StateOfAccount\n  }\n}\n\nsubscription Events($accountId: ID, $after: ID) {\n  events(accountId: $accountId, after: $after) {\n    __typename\n    id\n    at\n    accountId\n    ... on AuthStateEvent {\n      authState {\n        ...StateOfAccount\n      }\n    }\n    ... on TokenProgressEvent {\n      progress {\n        total\n        generated\n        missing\n        current\n        step\n        runId\n      }\n    }\n    ... on CooldownEvent {\n      cooldown {\n        active\n        remainingSeconds\n        until\n        reason\n      }\n    }\n    ... on AuthConfirmedEvent {\n      confirmation {\n        authenticated\n        redirect\n      }\n    }\n  }\n}"): typeof import('./graphql.ts').StateOfAccountFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "fragment RunState on GenerationRun {\n  id\n  accountId\n  mode\n  status\n  startedAt\n  endedAt\n  steps {\n    apiName\n    status\n    step\n    failure {\n      code\n      message\n      nextAction\n      submitted\n    }\n  }\n}\n\nmutation GenerateTokens($mode: GenerationMode!, $apiNames: [ApiName!], $accountId: ID, $via: AcquisitionPath, $replaceValid: Boolean, $includeUnknown: Boolean) {\n  generateTokens(\n    mode: $mode\n    apiNames: $apiNames\n    accountId: $accountId\n    via: $via\n    replaceValid: $replaceValid\n    includeUnknown: $includeUnknown\n  ) {\n    ...RunState\n  }\n}\n\nquery GenerationRun($id: ID!) {\n  generationRun(id: $id) {\n    ...RunState\n  }\n}\n\nsubscription TokenProgress($accountId: ID) {\n  tokenProgress(accountId: $accountId) {\n    total\n    generated\n    missing\n    current\n    step\n    runId\n  }\n}"): typeof import('./graphql.ts').RunStateFragmentDoc;
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Tokens($accountId: ID) {\n  tokens(accountId: $accountId) {\n    apiName\n    isPrimary\n    verdict\n    fingerprint\n    generatedAt\n    expiresAt\n    checkedAt\n    storage\n    version\n  }\n}"): typeof import('./graphql.ts').TokensDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
