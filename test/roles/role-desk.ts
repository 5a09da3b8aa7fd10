import type { TestApp } from '../support/test-app.ts';

export interface Answered {
  readonly apiName: string;
  readonly credential: string;
  readonly sharedWith: string | null;
  readonly readOnly: boolean;
  readonly verdict: string;
  readonly expiresAt: string | null;
  readonly degraded: boolean;
  readonly reason: string | null;
  readonly plans: readonly { readonly credential: string; readonly needs: string | null }[];
}

export const rolesOf = async ({ ask }: TestApp): Promise<readonly Answered[]> => {
  const { data } = await ask(`{ roles {
    apiName credential sharedWith readOnly verdict expiresAt degraded reason plans { credential sharedWith needs } } }`);
  return data.roles;
};

/** One line for each role: name, credential and verdict. */
export const linesOf = async (testApp: TestApp): Promise<readonly string[]> =>
  (await rolesOf(testApp)).map(({ apiName, credential, sharedWith, verdict }) =>
    [apiName, credential, ...(sharedWith === null ? [] : [sharedWith]), verdict].join(' '),
  );

/** Null where it was assigned, else the code of the refusal. */
export const assign = async (
  { ask }: TestApp,
  apiName: string,
  credential: string,
  sharedWith: string | null = null,
): Promise<string | null> => {
  const { errors } = await ask(
    'mutation ($input: AssignRoleInput!) { assignRole(input: $input) { apiName } }',
    { input: { apiName, credential, ...(sharedWith === null ? {} : { sharedWith }) } },
  );
  return errors?.[0].extensions.code ?? null;
};

interface Import {
  readonly credential: string;
  readonly accessToken: string;
  readonly apiNames?: readonly string[];
  readonly writeToTokenTable?: boolean;
}

/** Null where it was imported, else the code of the refusal. The token is a secret that nothing may say. */
export const importToken = async (testApp: TestApp, input: Import): Promise<string | null> => {
  testApp.guard(`${input.credential} ${input.apiNames?.join() ?? ''}`, input.accessToken);
  const { errors } = await testApp.ask(
    'mutation ($input: ImportTokenInput!) { importToken(input: $input) { apiName } }',
    { input },
  );
  return errors?.[0].extensions.code ?? null;
};

export const isReady = async ({ ask }: TestApp): Promise<boolean> => (await ask('{ ready }')).data.ready;
