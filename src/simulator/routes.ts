import { requestApproval } from './api/approval.ts';
import { authorizeFeed } from './api/feed-address.ts';
import { readHolidays, readTimings } from './api/market-calendar.ts';
import { readFunds, readOptionChain } from './api/market-services.ts';
import { readContracts } from './api/option-contracts.ts';
import { readProfile } from './api/profile.ts';
import { readStaticAddresses } from './api/static-addresses.ts';
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
  ['GET', '/v2/login/authorization/dialog', 'BROWSER', 'DIALOG', openDialog],
  ['GET', '/login/', 'BROWSER', 'PAGE', servePage],
  ['GET', '/login/captcha', 'BROWSER', 'PAGE', readCaptcha],
  ['POST', '/login/open/v6/auth/1fa/otp/generate', 'BROWSER', 'OTP_GENERATE', generateOtp],
  ['POST', '/login/open/v4/auth/1fa/otp-totp/verify', 'BROWSER', 'OTP_VERIFY', verifyOtp],
  ['POST', '/login/open/v3/auth/2fa', 'BROWSER', 'PIN', enterPin],
  ['POST', '/login/v2/oauth/authorize', 'BROWSER', 'AUTHORIZE', authorizeApp],
  ['POST', '/v2/login/authorization/token', 'PROGRAM', 'TOKEN', exchangeCode],
  ['GET', '/v2/user/profile', 'PROGRAM', 'PROFILE', readProfile],
  ['GET', '/v2/user/ip', 'PROGRAM', 'STATIC_ADDRESSES', readStaticAddresses],
  ['DELETE', '/v2/logout', 'PROGRAM', 'LOGOUT', endSession],
  ['GET', '/v2/option/contract', 'PROGRAM', 'MARKET_DATA', readContracts],
  ['GET', '/v2/market/holidays', 'PROGRAM', 'CALENDAR', readHolidays],
  ['GET', '/v2/market/holidays/*', 'PROGRAM', 'CALENDAR', readHolidays],
  ['GET', '/v2/market/timings/*', 'PROGRAM', 'CALENDAR', readTimings],
  ['GET', '/v2/user/get-funds-and-margin', 'PROGRAM', 'FUNDS', readFunds],
  ['GET', '/v2/option/chain', 'PROGRAM', 'OPTION_CHAIN', readOptionChain],
  ['GET', '/v3/feed/market-data-feed/authorize', 'PROGRAM', 'FEED_AUTHORIZE', authorizeFeed],
  ['POST', '/v3/login/auth/token/request/*', 'PROGRAM', 'APPROVAL_REQUEST', requestApproval],
];

export async function answerRequest(broker: Broker, request: BrokerRequest): Promise<Reply> {
  const route = routes.find(([method, path]) => method === request.method && fits(path, request.path));
  if (route === undefined) {
    broker.log.add('UNKNOWN_ROUTE', {
      accepted: false,
      code: 'UDAPI100060',
      detail: `${request.method} ${request.path}`,
    });
    return udapiError('UDAPI100060');
  }
  const [, , audience, kind, handle] = route;
  if (broker.knobs.edgeBlocked && audience === 'BROWSER') {
    broker.log.add(kind, { accepted: false, code: 'cloudflare-html' });
    return cloudflarePage(broker.faults.cloudflareStatus);
  }
  return handle(broker, request);
}

function fits(pattern: string, path: string): boolean {
  if (!pattern.endsWith('/*')) return pattern === path;
  const prefix = pattern.slice(0, -1);
  return path.startsWith(prefix) && path.length > prefix.length;
}
