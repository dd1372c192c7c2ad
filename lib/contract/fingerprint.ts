import { createHash } from 'node:crypto';
import { protocolErrors } from './errors.ts';

/**
 * A hash of a request's body, to detect an Idempotency-Key that is reused with another body. The order of fields does not
 * matter; a missing field differs from every value of it.
 */
export function fingerprintOf(body: Readonly<Record<string, unknown>>): string {
  return createHash('sha256')
    .update(JSON.stringify(sortFields(body)))
    .digest('base64url');
}

function sortFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortFields);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  return fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, part]) => [name, sortFields(part)]);
}

/**
 * Parses a request that has an Idempotency-Key. An invalid request under a known key is reported as a reused key: the
 * first request with this key was valid, so this is a different one.
 * @throws the error of `parse`, under a new key; idempotency-key-reused
 */
export async function parseIdempotentRequest<T>(parse: () => T, isKnownKey: () => Promise<boolean>): Promise<T> {
  try {
    return parse();
  } catch (error) {
    if (await isKnownKey()) throw protocolErrors.idempotencyKeyReused();
    throw error;
  }
}
