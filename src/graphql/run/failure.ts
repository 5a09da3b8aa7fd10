import { FAILURE_CODES, type Failure } from '../../domain/run/failure.ts';
import { builder, enumOf } from '../builder.ts';

const FAILURE_DESCRIPTIONS: Readonly<Record<Failure['code'], string>> = {
  THROTTLED: 'The broker is counting attempts and accepts no more for a while.',
  CREDENTIALS_REJECTED: 'The broker rejected the OTP or the PIN, or has locked the account.',
  CAPTCHA: 'The broker wants to see a person.',
  ACTION_REQUIRED:
    'A page or an answer of the broker asks for something that only the account’s owner may decide; nothing was agreed to.',
  MOBILE_REJECTED: 'The broker knows no account with the mobile number.',
  APP_REJECTED: 'The broker does not accept this API app.',
  PAGE_CHANGED: 'The login page is none of the known ones.',
  MAINTENANCE: 'The broker is closed for maintenance.',
  BROKER_UNREACHABLE: 'The broker cannot be reached or does not answer.',
  CODE_SPENT: 'The code was sent and yielded no token; a code is good for one try.',
  SPENT_UNKNOWN: 'The code was sent and the program ended before the answer came.',
  WRONG_ACCOUNT: 'The token is of another user of the broker; it was not kept.',
  TOKEN_REJECTED: 'The broker refused the token that it had just issued.',
  TOKEN_ENDED: 'The broker ended this token when the run made that of another API.',
  UNVERIFIED:
    'The token is stored, or waits for the database, but the broker gave no usable answer about it.',
  APPROVAL_LAPSED: 'Nobody approved, or logged in, before the time was up.',
  ROLE_NEEDS_NO_LOGIN: 'The role was given another credential meanwhile, so no login was needed for it.',
  ABORTED: 'Ended on request.',
  INTERRUPTED: 'The program ended in the middle.',
  CLOCK_SKEW: 'This machine’s clock differs from the broker’s by more than 3 s.',
  TOTP_COMMAND_FAILED: 'The program that UPSTOX_TOTP_COMMAND names gave no code; none was submitted.',
  BROWSER_FAILED: 'No browser, or it died.',
  STORAGE_FAILED: 'The token could not be written to the database.',
  LEASE_LOST: 'Another worker has the account by now; nothing follows for it here.',
  INTERNAL: 'A mistake of this program.',
};

export const FailureCodeEnum = enumOf('FailureCode', {
  description: 'Why no token came of it.',
  of: FAILURE_CODES,
  values: FAILURE_DESCRIPTIONS,
});

export const FailureRef = builder.objectRef<Failure>('Failure').implement({
  description: 'Why one API got no confirmed token.',
  fields: (t) => ({
    code: t.expose('code', { type: FailureCodeEnum, description: 'For programs.' }),
    meaning: t.string({
      description: 'What the code means, in words.',
      resolve: ({ code }) => FAILURE_DESCRIPTIONS[code],
    }),
    message: t.exposeString('message', { description: 'For people; holds no secret.' }),
    nextAction: t.exposeString('nextAction', { description: 'What to do, in words.' }),
    submitted: t.exposeStringList('submitted', {
      description: 'What had left for the broker by then: MOBILE, OTP, PIN, CODE. None of it is sent again.',
    }),
  }),
});
