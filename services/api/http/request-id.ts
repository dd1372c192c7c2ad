import { randomUUID } from 'node:crypto';

/** Short, without characters that mean something in a log, a header or a URL. */
const ACCEPTED = /^[\w.:-]{8,128}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The caller's id of a request where it is acceptable, else a new one. */
export const requestIdOf = (given: string | string[] | undefined): string =>
  typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID();

/** A request id as a problem's `instance`, which is a URI (RFC 9457 §3.1.5). */
export const instanceOf = (requestId: string): string =>
  UUID.test(requestId) ? `urn:uuid:${requestId}` : `/requests/${encodeURIComponent(requestId)}`;
