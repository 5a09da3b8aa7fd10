type Headers = Readonly<Record<string, string>>;

/** Why a request is not answered. Thrown wherever that is found out; the handler puts it in the form that fits the caller. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  /** What to do, in words. */
  readonly nextAction: string;
  readonly headers: Headers;

  constructor(status: number, code: string, message: string, nextAction: string, headers: Headers = {}) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
    this.nextAction = nextAction;
    this.headers = status === 401 ? { 'www-authenticate': 'Bearer', ...headers } : headers;
  }
}

const refused =
  (status: number, code: string) =>
  (message: string, nextAction: string): HttpError =>
    new HttpError(status, code, message, nextAction);

export const badRequest = refused(400, 'BAD_REQUEST');
export const badInput = refused(400, 'BAD_USER_INPUT');
export const unauthenticated = refused(401, 'UNAUTHENTICATED');
export const forbidden = refused(403, 'FORBIDDEN');
export const notFound = refused(404, 'NOT_FOUND');
export const notAcceptable = refused(406, 'NOT_ACCEPTABLE');
export const conflict = refused(409, 'CONFLICT');
export const unsupportedMedia = refused(415, 'UNSUPPORTED_MEDIA_TYPE');

export const methodNotAllowed = (allow: string): HttpError =>
  new HttpError(405, 'METHOD_NOT_ALLOWED', 'This address does not have that method.', `Use ${allow}.`, {
    allow,
  });
