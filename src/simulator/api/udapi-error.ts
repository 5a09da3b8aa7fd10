import { type Answer, json } from '../reply.ts';

/**
 * The API's refusals. The documentation says "4XX" for the login ones without a number: 400 here, and 401 only where
 * a credential is wrong.
 */
const refusals = {
  UDAPI10005: [429, 'Too Many Request Sent'],
  UDAPI1017: [400, 'API key is required'],
  UDAPI1018: [400, 'Redirect uri is required'],
  UDAPI1022: [400, 'Code is required'],
  UDAPI1023: [400, 'Grant type is required'],
  UDAPI1024: [400, 'App secret is required'],
  UDAPI1088: [400, 'Invalid date'],
  UDAPI1123: [400, 'Notifier URL is not configured'],
  UDAPI1154: [403, 'Access is restricted to the static address of the user'],
  UDAPI1155: [403, 'Your app is under review or was rejected'],
  UDAPI1157: [403, 'Your app has expired'],
  UDAPI100011: [400, 'Invalid Instrument key'],
  UDAPI100050: [401, 'Invalid token used to access API'],
  UDAPI100057: [400, 'Invalid Auth code'],
  UDAPI100060: [404, 'Resource not Found.'],
  UDAPI100067: [403, 'The API you are trying to access is not permitted with an extended_token'],
  UDAPI100068: [400, "Check your 'client_id' and 'redirect_uri'; one or both are incorrect."],
  UDAPI100069: [401, "Check your 'client_id' and 'client_secret'; one or both are incorrect."],
  UDAPI100070: [400, "Check your 'redirect_uri'; it is incorrect."],
  UDAPI100072: [423, 'The Funds service is accessible from 5:30 AM to 12:00 AM IST daily'],
  UDAPI100073: [403, "Your 'client_id' is inactive."],
  UDAPI100500: [500, 'Something went wrong... please contact us'],
} as const satisfies Record<string, readonly [status: number, message: string]>;

export type UdapiCode = keyof typeof refusals;

/** The envelope in both key styles: the camelCase one is deprecated and still sent. */
export function udapiError(code: UdapiCode): Answer {
  const [status, message] = refusals[code];
  const error = {
    errorCode: code,
    message,
    propertyPath: null,
    invalidValue: null,
    error_code: code,
    property_path: null,
    invalid_value: null,
  };
  return json(status, { status: 'error', errors: [error] });
}
