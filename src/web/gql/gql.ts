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
    "query Dashboard {\n  caller {\n    id\n    role\n  }\n  activeAccount {\n    id\n    name\n    client\n    broker\n    plan\n  }\n  accounts {\n    id\n    name\n    client\n    isActive\n    authState {\n      state\n    }\n  }\n  ready\n  authState {\n    accountId\n    state\n    primaryPresent\n    blockedBy\n    since\n    headline\n    nextAction\n    nextOperations\n    cooldown {\n      active\n      until\n      reason\n    }\n    run {\n      id\n      mode\n      status\n      startedAt\n      endedAt\n      waitingUntil\n      queuePosition\n      steps {\n        apiName\n        status\n        step\n        startedAt\n        endedAt\n        phases {\n          step\n          startedAt\n          endedAt\n          awaitsOperator\n          failure\n        }\n        failure {\n          code\n          meaning\n          message\n          nextAction\n          submitted\n        }\n      }\n    }\n  }\n  tokens {\n    apiName\n    isPrimary\n    verdict\n    fingerprint\n    generatedAt\n    expiresAt\n    checkedAt\n    storage\n    version\n  }\n  tokenExpiry {\n    apiName\n    expiresAt\n    remainingSeconds\n    level\n  }\n}": typeof types.DashboardDocument,
};
const documents: Documents = {
    "query Dashboard {\n  caller {\n    id\n    role\n  }\n  activeAccount {\n    id\n    name\n    client\n    broker\n    plan\n  }\n  accounts {\n    id\n    name\n    client\n    isActive\n    authState {\n      state\n    }\n  }\n  ready\n  authState {\n    accountId\n    state\n    primaryPresent\n    blockedBy\n    since\n    headline\n    nextAction\n    nextOperations\n    cooldown {\n      active\n      until\n      reason\n    }\n    run {\n      id\n      mode\n      status\n      startedAt\n      endedAt\n      waitingUntil\n      queuePosition\n      steps {\n        apiName\n        status\n        step\n        startedAt\n        endedAt\n        phases {\n          step\n          startedAt\n          endedAt\n          awaitsOperator\n          failure\n        }\n        failure {\n          code\n          meaning\n          message\n          nextAction\n          submitted\n        }\n      }\n    }\n  }\n  tokens {\n    apiName\n    isPrimary\n    verdict\n    fingerprint\n    generatedAt\n    expiresAt\n    checkedAt\n    storage\n    version\n  }\n  tokenExpiry {\n    apiName\n    expiresAt\n    remainingSeconds\n    level\n  }\n}": types.DashboardDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Dashboard {\n  caller {\n    id\n    role\n  }\n  activeAccount {\n    id\n    name\n    client\n    broker\n    plan\n  }\n  accounts {\n    id\n    name\n    client\n    isActive\n    authState {\n      state\n    }\n  }\n  ready\n  authState {\n    accountId\n    state\n    primaryPresent\n    blockedBy\n    since\n    headline\n    nextAction\n    nextOperations\n    cooldown {\n      active\n      until\n      reason\n    }\n    run {\n      id\n      mode\n      status\n      startedAt\n      endedAt\n      waitingUntil\n      queuePosition\n      steps {\n        apiName\n        status\n        step\n        startedAt\n        endedAt\n        phases {\n          step\n          startedAt\n          endedAt\n          awaitsOperator\n          failure\n        }\n        failure {\n          code\n          meaning\n          message\n          nextAction\n          submitted\n        }\n      }\n    }\n  }\n  tokens {\n    apiName\n    isPrimary\n    verdict\n    fingerprint\n    generatedAt\n    expiresAt\n    checkedAt\n    storage\n    version\n  }\n  tokenExpiry {\n    apiName\n    expiresAt\n    remainingSeconds\n    level\n  }\n}"): typeof import('./graphql.ts').DashboardDocument;


export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}
