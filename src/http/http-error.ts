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

export const forbidden = (message: string, nextAction: string): HttpError =>
  new HttpError(403, 'FORBIDDEN', message, nextAction);

export const methodNotAllowed = (allow: string): HttpError =>
  new HttpError(405, 'METHOD_NOT_ALLOWED', 'This address does not have that method.', `Use ${allow}.`, {
    allow,
  });
