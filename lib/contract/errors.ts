import { Errors } from 'moleculer';

/** A kind of problem. Its code is the `type` of the error on every node, as classes do not survive the transporter. */
export interface ProblemKind {
  status: number;
  title: string;
  /** The Retry-After header, in seconds. */
  retryAfter?: number;
}

/** The problems of the protocols, HTTP and Moleculer; an application adds its own. */
export const PROTOCOL_PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is malformed' },
  'missing-idempotency-key': { status: 400, title: 'The Idempotency-Key header is missing' },
  unauthenticated: { status: 401, title: 'Log in first' },
  'invalid-token': { status: 401, title: 'The token is invalid or has expired' },
  'origin-not-allowed': { status: 403, title: 'Requests from this origin are not allowed' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'request-in-progress': { status: 409, title: 'The first request with this key is still running', retryAfter: 1 },
  'stale-version': { status: 412, title: 'It has been changed in the meantime' },
  'missing-version': { status: 428, title: 'The If-Match header is missing' },
  'payload-too-large': { status: 413, title: 'The body is too large' },
  'uri-too-long': { status: 414, title: 'The URL is too long' },
  'unsupported-media-type': { status: 415, title: 'The media type of the body is not supported' },
  'headers-too-large': { status: 431, title: 'The headers are too large' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  'idempotency-key-reused': { status: 422, title: 'This Idempotency-Key belongs to another request' },
  'rate-limited': { status: 429, title: 'Too many requests' },
  'internal-error': { status: 500, title: 'Internal error' },
  'message-too-large': { status: 500, title: 'The data is too large for one request' },
  unavailable: { status: 503, title: 'A part of the shop is unavailable right now', retryAfter: 1 },
  overloaded: { status: 503, title: 'The shop is overloaded', retryAfter: 1 },
} as const satisfies Record<string, ProblemKind>;

/** A refused field: an RFC 6901 JSON pointer into the body, or a parameter's name, and the reason. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/**
 * Returns a function that makes the errors of a table of problems. `detail` is for the client's developer; `data` has
 * further members of the problem.
 */
export const codedErrors =
  <Kinds extends Readonly<Record<string, ProblemKind>>>(kinds: Kinds) =>
  (code: keyof Kinds & string, detail: string, data?: Record<string, unknown>): Errors.MoleculerError =>
    new Errors.MoleculerClientError(detail, (kinds[code] as ProblemKind).status, code, data);

const protocolError = codedErrors(PROTOCOL_PROBLEMS);

/** At overload, collecting the stack would take a fifth of the time of a refusal. */
function withoutStack(make: () => Errors.MoleculerError): Errors.MoleculerError {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const sizeOf = (bytes: number): string =>
  bytes >= 1024 ** 2 ? `${Math.floor(bytes / 1024 ** 2)} MiB` : `${Math.floor(bytes / 1024)} KiB`;

/** The expected errors of `PROTOCOL_PROBLEMS`. */
export const protocolErrors = {
  invalidRequest: (fields: FieldError[]) =>
    protocolError('invalid-request', fields.map((field) => field.detail).join(' '), { errors: fields }),
  malformed: (detail: string) => protocolError('invalid-request', detail),
  missingIdempotencyKey: () =>
    protocolError(
      'missing-idempotency-key',
      'Send an Idempotency-Key header with a new value, such as a UUID, for each request.',
    ),
  unauthenticated: () => protocolError('unauthenticated', 'Send an access token: Authorization: Bearer <accessToken>.'),
  invalidToken: () => protocolError('invalid-token', 'The token is not valid, has expired or was revoked.'),
  notFound: (what = 'The resource') => protocolError('not-found', `${what} does not exist.`),
  methodNotAllowed: (allow: string[]) =>
    protocolError('method-not-allowed', `Allowed methods: ${allow.join(', ')}.`, { allow }),
  requestInProgress: () =>
    protocolError(
      'request-in-progress',
      'Send the request again with the same Idempotency-Key to get the answer to the first one.',
    ),
  /** @param limit in bytes */
  payloadTooLarge: (limit = 100 * 1024) =>
    protocolError('payload-too-large', `The body may have up to ${sizeOf(limit)}.`),
  unsupportedMediaType: (types: readonly string[] = ['application/json']) =>
    protocolError('unsupported-media-type', `Send the body as ${types.join(' or ')}, in the Content-Type header too.`),
  idempotencyKeyReused: () =>
    protocolError(
      'idempotency-key-reused',
      'The same Idempotency-Key was sent with another body. Use a new key for a new request.',
    ),
  /** @param version the current one */
  staleVersion: (version: number) =>
    protocolError('stale-version', `The current version is ${version}. Read it, and repeat the change on it.`),
  missingVersion: () =>
    protocolError('missing-version', 'Send the ETag of the version that you have read, in an If-Match header.'),
  originNotAllowed: () =>
    protocolError('origin-not-allowed', 'Browsers may send requests only from the pages of the shop.'),
  uriTooLong: () => protocolError('uri-too-long', 'A URL may have up to 4096 characters.'),
  headersTooLarge: () => protocolError('headers-too-large', 'The headers may have up to 16 KiB.'),
  requestTimeout: (detail = 'A request must arrive within 10 seconds.') => protocolError('request-timeout', detail),
  /** @param retryAfter in seconds */
  rateLimited: (retryAfter: number) =>
    protocolError('rate-limited', 'Wait, and send the request again after Retry-After.', { retryAfter }),
  /** @param retryAfter in seconds */
  unavailable: (detail: string, retryAfter?: number) =>
    protocolError('unavailable', detail, retryAfter === undefined ? undefined : { retryAfter }),
  /** @param retryAfter in seconds */
  overloaded: (retryAfter: number) =>
    withoutStack(() =>
      protocolError('overloaded', 'The request was not processed. Send it again after Retry-After.', { retryAfter }),
    ),
  /** For a message between nodes. @param limit in bytes */
  messageTooLarge: (bytes: number, limit: number) =>
    protocolError(
      'message-too-large',
      `The data has ${(bytes / 1024 ** 2).toFixed(1)} MiB; the limit is ${sizeOf(limit)}. Request less at a time.`,
      { bytes, limit },
    ),
};
