import { randomUUID } from 'node:crypto';

/** Short, and nothing that a log, a header or an address would take for something else. */
const SOUND = /^[\w.:-]{8,128}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id that a caller gave a request, if it is a sound one, or a new one. */
export const requestIdOf = (given: string | string[] | undefined): string =>
  typeof given === 'string' && SOUND.test(given) ? given : randomUUID();

/** A request id as the URI that a problem has for its instance (RFC 9457 §3.1.5). */
export const instanceOf = (requestId: string): string =>
  UUID.test(requestId) ? `urn:uuid:${requestId}` : `/requests/${encodeURIComponent(requestId)}`;
