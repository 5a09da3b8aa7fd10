import { requestApproval } from './api/approval.ts';
import { readHolidays, readTimings } from './api/market-calendar.ts';
import { readProfile } from './api/profile.ts';
import { exchangeCode } from './api/token-exchange.ts';
import { udapiError } from './api/udapi-error.ts';
import type { Broker, Route } from './broker.ts';
import type { BrokerRequest } from './broker-request.ts';
import { cloudflarePage } from './dialog/cloudflare.ts';
import { openDialog } from './dialog/dialog.ts';
import { readCaptcha, servePage } from './dialog/login-route.ts';
import { authorizeApp, enterPin, generateOtp, verifyOtp } from './dialog/login-xhr.ts';
import { endSession } from './dialog/logout.ts';
import type { Reply } from './reply.ts';

/** The three hosts' routes on one port; their paths do not collide. The official npm client uses the same ones. */
const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v2/login/authorization/dialog',
    kind: 'DIALOG',
    audience: 'BROWSER',
    handle: openDialog,
  },
  { method: 'GET', path: '/login/', kind: 'PAGE', audience: 'BROWSER', handle: servePage },
  { method: 'GET', path: '/login/captcha', kind: 'PAGE', audience: 'BROWSER', handle: readCaptcha },
  {
    method: 'POST',
    path: '/login/open/v6/auth/1fa/otp/generate',
    kind: 'OTP_GENERATE',
    audience: 'BROWSER',
    handle: generateOtp,
  },
  {
    method: 'POST',
    path: '/login/open/v4/auth/1fa/otp-totp/verify',
    kind: 'OTP_VERIFY',
    audience: 'BROWSER',
    handle: verifyOtp,
  },
  { method: 'POST', path: '/login/open/v3/auth/2fa', kind: 'PIN', audience: 'BROWSER', handle: enterPin },
  {
    method: 'POST',
    path: '/login/v2/oauth/authorize',
    kind: 'AUTHORIZE',
    audience: 'BROWSER',
    handle: authorizeApp,
  },
  {
    method: 'POST',
    path: '/v2/login/authorization/token',
    kind: 'TOKEN',
    audience: 'PROGRAM',
    handle: exchangeCode,
  },
  { method: 'GET', path: '/v2/user/profile', kind: 'PROFILE', audience: 'PROGRAM', handle: readProfile },
  { method: 'DELETE', path: '/v2/logout', kind: 'LOGOUT', audience: 'PROGRAM', handle: endSession },
  { method: 'GET', path: '/v2/market/holidays', kind: 'CALENDAR', audience: 'PROGRAM', handle: readHolidays },
  {
    method: 'GET',
    path: '/v2/market/holidays/*',
    kind: 'CALENDAR',
    audience: 'PROGRAM',
    handle: readHolidays,
  },
  { method: 'GET', path: '/v2/market/timings/*', kind: 'CALENDAR', audience: 'PROGRAM', handle: readTimings },
  {
    method: 'POST',
    path: '/v3/login/auth/token/request/*',
    kind: 'APPROVAL_REQUEST',
    audience: 'PROGRAM',
    handle: requestApproval,
  },
];

export async function answerRequest(broker: Broker, request: BrokerRequest): Promise<Reply> {
  const route = routes.find(
    (candidate) => candidate.method === request.method && fits(candidate.path, request.path),
  );
  if (route === undefined) {
    broker.log.add('UNKNOWN_ROUTE', {
      accepted: false,
      code: 'UDAPI100060',
      detail: `${request.method} ${request.path}`,
    });
    return udapiError('UDAPI100060');
  }
  if (broker.knobs.edgeBlocked && route.audience === 'BROWSER') {
    broker.log.add(route.kind, { accepted: false, code: 'cloudflare-html' });
    return cloudflarePage(broker.faults.cloudflareStatus);
  }
  return route.handle(broker, request);
}

function fits(pattern: string, path: string): boolean {
  if (!pattern.endsWith('/*')) return pattern === path;
  const prefix = pattern.slice(0, -1);
  return path.startsWith(prefix) && path.length > prefix.length;
}
