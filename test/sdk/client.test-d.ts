import {
  type ApiName,
  createVegaClient,
  GenerateTokensDocument,
  TokenProgressDocument,
  type TokenProgressSubscription,
  TokensDocument,
  VegaError,
  type VegaEvent,
  type VegaEventOf,
  type Verdict,
} from 'vega-auth/sdk';
import { expectTypeOf } from 'vitest';

const client = createVegaClient({ url: 'http://127.0.0.1:28020', key: 'key' });

// In a page of the server itself there is neither an address nor a key.
createVegaClient();
createVegaClient({ url: '', fetch: (request) => fetch(request) });
// @ts-expect-error an address is a text
createVegaClient({ url: 28020 });

// Methods take what their field takes, and answer what it answers.
const tokens = await client.tokens();
expectTypeOf(tokens[0]?.verdict).toEqualTypeOf<Verdict | undefined>();
expectTypeOf(tokens[0]?.expiresAt).toEqualTypeOf<string | null | undefined>();
expectTypeOf(await client.ready({ accountId: 'UPSTOX_01' })).toEqualTypeOf<boolean>();
expectTypeOf(await client.rotateMasterKey()).toEqualTypeOf<boolean>();
expectTypeOf((await client.generateTokens({ mode: 'ALL' })).steps[0]?.apiName).toEqualTypeOf<
  ApiName | undefined
>();
expectTypeOf(await client.loginSuccess({}, { signal: AbortSignal.timeout(1) })).toExtend<{
  status: string;
} | null>();
// @ts-expect-error a mode has to be named
client.generateTokens();
// @ts-expect-error there is no such mode
client.generateTokens({ mode: 'SOME' });
// @ts-expect-error there is no such variable
client.tokens({ account: 'UPSTOX_01' });

// Documents carry the types of their variables and results.
expectTypeOf(await client.request(TokensDocument, {})).toExtend<{ tokens: { verdict: Verdict }[] }>();
// @ts-expect-error a mode has to be named
client.request(GenerateTokensDocument, {});
expectTypeOf(client.subscribe(TokenProgressDocument, {})).toEqualTypeOf<
  AsyncIterableIterator<TokenProgressSubscription, void>
>();

// An event is told apart by its type's name.
for await (const event of client.events({ after: '1', signal: AbortSignal.timeout(1) })) {
  expectTypeOf(event).toEqualTypeOf<VegaEvent>();
  if (event.__typename === 'TokenProgressEvent')
    expectTypeOf(event.progress.generated).toEqualTypeOf<number>();
  if (event.__typename === 'HeartbeatEvent') expectTypeOf(event).not.toHaveProperty('progress');
}
expectTypeOf<VegaEventOf<'CooldownEvent'>['cooldown']['remainingSeconds']>().toEqualTypeOf<number>();

const error = new VegaError('COOLDOWN', 'The broker needs rest.', { retryableAt: new Date() });
expectTypeOf(error.code).toEqualTypeOf<string>();
expectTypeOf(error.nextAction).toEqualTypeOf<string | null>();
expectTypeOf(error.retryableAt).toEqualTypeOf<Date | null>();
