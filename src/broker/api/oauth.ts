import { z } from 'zod';
import type { ApiConfig } from '../../domain/account/api-config.ts';
import { failureOfBrokerCode } from '../../domain/run/failure.ts';
import { Secret } from '../../domain/secret.ts';
import { LoginFailure } from '../login/login-failure.ts';
import { waitSaid } from '../login/page/wait-said.ts';
import {
  type BrokerAnswer,
  brokerCodeIn,
  brokerUserId,
  objectsIn,
  readAnswer,
  textsIn,
} from './broker-answer.ts';
import type { BrokerApi } from './broker-api.ts';

type App = Pick<ApiConfig, 'clientId' | 'clientSecret' | 'redirectUri'>;

/** The address of the authorization dialog. Source: Upstox developer documentation, "Authorize". */
export const dialogUrl = (
  { baseUrl }: Pick<BrokerApi, 'baseUrl'>,
  app: Omit<App, 'clientSecret'>,
  state: string,
): string => `${baseUrl}${dialogPath(app, state)}`;

export const dialogPath = (app: Omit<App, 'clientSecret'>, state: string): string => {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: app.clientId,
    redirect_uri: app.redirectUri,
    state,
  });
  return `/v2/login/authorization/dialog?${query}`;
};

export interface IssuedToken {
  readonly accessToken: Secret;
  /** Whom the broker says it belongs to; null where the answer does not tell. */
  readonly userId: string | null;
  /** A read-only token for a year that came with it. */
  readonly extendedToken?: Secret;
  /** When the broker says that it ends, beside what the token itself says. */
  readonly endsAt?: Date;
}

interface ExchangeOptions {
  readonly timeoutMs: number;
  readonly refreshesExtended?: boolean;
}

const Token = z.object({
  access_token: z
    .string()
    .transform((text) => text.trim().replace(/^Bearer\s+/i, ''))
    .pipe(z.string().min(1)),
  user_id: brokerUserId.nullish().catch(null),
  extended_token: z.string().min(1).nullish().catch(null),
});

/** In the camel case that the broker's error envelope has, too. */
const CamelToken = z
  .object({
    accessToken: Token.shape.access_token,
    userId: Token.shape.user_id,
    extendedToken: Token.shape.extended_token,
  })
  .transform(({ accessToken, userId, extendedToken }) => ({
    access_token: accessToken,
    user_id: userId,
    extended_token: extendedToken,
  }));

const AnyToken = z.union([Token, CamelToken]);

/**
 * The token in an answer, however it is wrapped: what has been issued is not lost for that. The documented place counts before
 * what lies further inside. Null where there is none, or several there.
 */
const findToken = (json: unknown): z.infer<typeof Token> | null => {
  const documented = AnyToken.safeParse(json);
  if (documented.success) return documented.data;
  const found = objectsIn(json).flatMap((object) => AnyToken.safeParse(object).data ?? []);
  const [first] = found;
  return first !== undefined && found.every(({ access_token }) => access_token === first.access_token)
    ? first
    : null;
};

/**
 * Trades a code for a token. A code is good for one try, whatever comes of it, so this is never repeated with the same
 * code. `refreshesExtended` has the broker make the account's extended token anew. Source: Upstox developer documentation,
 * "Get Token".
 */
export const exchangeCode = async (
  api: BrokerApi,
  app: App,
  code: Secret,
  { timeoutMs, refreshesExtended = false }: ExchangeOptions,
): Promise<IssuedToken> => {
  const answer = await postCode(api, app, code, { timeoutMs, refreshesExtended });
  const token = findToken(answer.json);
  // Of an answer that tells of an error, too: the profile call says what the token is good for.
  if (token !== null && (answer.status < 300 || answer.status >= 400)) {
    const { access_token, user_id, extended_token } = token;
    return {
      accessToken: new Secret(access_token),
      userId: user_id ?? null,
      ...(extended_token == null ? {} : { extendedToken: new Secret(extended_token) }),
    };
  }
  const brokerCode = brokerCodeIn(answer);
  const known = brokerCode === null ? undefined : failureOfBrokerCode(brokerCode);
  const failure = answer.status === 429 ? 'THROTTLED' : (known ?? 'CODE_SPENT');
  const restMs = restAsked(answer, failure === 'THROTTLED');
  throw new LoginFailure(
    failure === 'BROKER_UNREACHABLE' ? 'CODE_SPENT' : failure,
    `The code was sent and yielded no token: the broker answered ${answer.status}${brokerCode === null ? '' : ` ${brokerCode}`}.`,
    { restMs: restMs === 0 ? null : restMs },
  );
};

/** How long a refusal asks to wait: in its head, and where it is one of haste also in words. */
const restAsked = ({ json, retryAfterMs }: BrokerAnswer, isOfHaste: boolean): number =>
  Math.max(retryAfterMs, isOfHaste ? waitSaid(textsIn(json).join('\n'), new Date()) : 0);

const postCode = async (
  api: BrokerApi,
  app: App,
  code: Secret,
  { timeoutMs, refreshesExtended = false }: ExchangeOptions,
): Promise<BrokerAnswer> => {
  const form = new URLSearchParams({
    code: code.reveal(),
    client_id: app.clientId,
    client_secret: app.clientSecret.reveal(),
    redirect_uri: app.redirectUri,
    grant_type: 'authorization_code',
    ...(refreshesExtended ? { refresh_extended_token: 'true' } : {}),
  });
  try {
    const response = await api.request('/v2/login/authorization/token', {
      method: 'POST',
      headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
      body: form,
      timeoutMs,
    });
    return await readAnswer(response);
  } catch {
    throw new LoginFailure('CODE_SPENT', 'The code was sent and no answer came back; it is not sent again.');
  }
};
