import { internalClientId, type SimulatedApp } from '../account.ts';
import { ServiceRefusal } from '../api/service-refusal.ts';
import type { Broker, Handler } from '../broker.ts';
import { type EntryFacts, fingerprint } from '../broker-log.ts';
import { type BrokerRequest, jsonOf, pause, recordOf, silence } from '../broker-request.ts';
import { json, type Reply } from '../reply.ts';
import type { LoginStep } from '../scenarios.ts';

export const identityCookie = 'auth_identity_token';
const identityExpiryCookie = 'auth_identity_token_expiry';
const sessionCookie = 'access_token';

interface Taken {
  readonly data: Readonly<Record<string, unknown>>;
  readonly cookies?: readonly string[];
  readonly facts?: Omit<EntryFacts, 'accepted'>;
}

type TakeStep = (broker: Broker, request: BrokerRequest, data: Record<string, unknown>) => Taken;

/** What every request of the login page has in common: it may be slow, hang or be refused, and is logged. */
export function loginStep(step: LoginStep, take: TakeStep): Handler {
  return async (broker, request): Promise<Reply> => {
    const clientId = requestedApp(broker, request)?.clientId;
    await pause(broker.xhrDelayMs, request.signal);
    if (broker.knobs.hangingSteps.includes(step)) {
      broker.log.add(step, { accepted: false, code: 'hang', clientId });
      return silence(request.signal);
    }

    const refusal = step === 'OTP_GENERATE' ? broker.faults.otpRefusal : null;
    if (refusal !== null) {
      broker.log.add(step, { accepted: false, code: String(refusal.code), clientId });
      return json(200, { success: false, error: refusal });
    }

    try {
      const failure = broker.knobs.refusedSteps[step];
      if (failure !== undefined) throw new ServiceRefusal(failure);
      const { data, cookies = [], facts } = take(broker, request, recordOf(jsonOf(request).data));
      broker.log.add(step, { accepted: true, clientId, ...facts });
      if (step === 'AUTHORIZE') broker.log.add('REDIRECT', { accepted: true, clientId, ...facts });
      return json(200, { success: true, data }, { 'set-cookie': cookies });
    } catch (error) {
      if (!(error instanceof ServiceRefusal)) throw error;
      const { code, message, timeStep } = error;
      // A refused OTP that belongs to a time step was right, but used before.
      const reusedTimeStep = timeStep === undefined ? undefined : true;
      broker.log.add(step, { accepted: false, code: String(code), clientId, timeStep, reusedTimeStep });
      return json(200, { success: false, error: { code, message } });
    }
  };
}

export const generateOtp = loginStep('OTP_GENERATE', (broker, _request, data) => {
  const validateOTPToken = broker.login.sendOtp(data.mobileNumber);
  return {
    data: {
      message: `Enter the 6-digit OTP received on ${broker.account.mobileNumber.slice(0, 2)}******${broker.account.mobileNumber.slice(-2)}`,
      validateOTPToken,
      nextRequestInterval: broker.knobs.otpIntervalSeconds,
      userType: 'individual',
      isTotpEnabled: true,
    },
  };
});

export const verifyOtp = loginStep('OTP_VERIFY', (broker, _request, data) => {
  const { identity, identityExpiresAt, timeStep, reusedTimeStep } = broker.login.verifyOtp(
    data.validateOtpToken,
    data.otp,
  );
  const [firstName = '', ...lastNames] = broker.account.userName.split(' ');
  const { userId } = broker.account;
  return {
    data: {
      message: 'Your OTP has been successfully verified.',
      userType: 'individual',
      userProfile: { profileId: 1, userId, firstName, lastName: lastNames.join(' '), avatarUrl: null },
      isSecretPinSet: true,
    },
    cookies: [
      `${identityCookie}=${identity}; Path=/; HttpOnly; SameSite=Lax`,
      `${identityExpiryCookie}=${identityExpiresAt}; Path=/; SameSite=Lax`,
    ],
    facts: { timeStep, reusedTimeStep },
  };
});

export const enterPin = loginStep('PIN', (broker, request, data) => {
  const app = appOf(broker, request);
  if (data.twoFAMethod !== 'SECRET_PIN') throw new ServiceRefusal('BAD_REQUEST');
  const loginSession = broker.login.enterPin(request.cookies.get(identityCookie), data.inputText);
  return {
    data: {
      redirectUri: request.query.get('redirect_uri'),
      userType: 'individual',
      customerStatus: 'ACTIVE',
      appStatus: 'ACTIVE',
      refreshTokenExpiry: broker.now() + 86_400_000,
      isPlusPlanFastWebsocketEnabled: false,
      isNewRefreshTokenCreated: true,
      isExternalClientOAuthApp: broker.knobs.asksConsent,
    },
    cookies: [
      `${sessionCookie}=${loginSession}; Path=/; HttpOnly; SameSite=Lax`,
      `refresh_token=${fingerprint(loginSession)}; Path=/; HttpOnly; SameSite=Lax`,
    ],
    facts: { clientId: app.clientId },
  };
});

export const authorizeApp = loginStep('AUTHORIZE', (broker, request, data) => {
  if (!broker.login.knowsLoginSession(request.cookies.get(sessionCookie))) {
    throw new ServiceRefusal('LOGIN_SESSION_LOST');
  }
  const app = appOf(broker, request);
  const requestId = request.query.get('requestId') ?? '';
  const asked = broker.oauth.find(requestId);
  if (asked?.app !== app || request.query.get('response_type') !== 'code')
    throw new ServiceRefusal('BAD_REQUEST');
  if (data.userOAuthApproval !== true) throw new ServiceRefusal('BAD_REQUEST');

  const code = broker.oauth.grant(requestId, asked, broker.now());
  const redirectUri = new URL(app.redirectUri);
  redirectUri.searchParams.set('code', code);
  if (asked.state !== null) redirectUri.searchParams.set('state', asked.state);
  return {
    data: { redirectUri: redirectUri.href, isApproved: true },
    facts: { clientId: app.clientId, fingerprint: fingerprint(code) },
  };
});

/** The PIN and the authorization name the app by the login site's own client id. */
function appOf(broker: Broker, request: BrokerRequest): SimulatedApp {
  const internalId = request.query.get('client_id');
  const app = broker.apps.find((candidate) => internalClientId(candidate) === internalId);
  if (app === undefined) throw new ServiceRefusal('BAD_REQUEST');
  return app;
}

/** The first steps name no app; the page sends along the request that it was opened for. */
function requestedApp(broker: Broker, request: BrokerRequest): SimulatedApp | undefined {
  const header = request.headers['x-request-id'];
  return broker.oauth.find(typeof header === 'string' ? header : undefined)?.app;
}
