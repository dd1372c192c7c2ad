import { createHash } from 'node:crypto';
import { protocolErrors } from './errors.ts';

/**
 * A hash of a request's body, to tell whether an Idempotency-Key comes again with the same one. Equal for equal bodies,
 * whatever the order of their fields; a field that is left out differs from any value of it.
 */
export function fingerprintOf(body: Readonly<Record<string, unknown>>): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(body)))
    .digest('base64url');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, part]) => part !== undefined);
  return fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, part]) => [name, sorted(part)]);
}

/**
 * Reads what is asked for. What cannot be right is refused as such only under a new Idempotency-Key: a known one belongs
 * to a request that was right, so this is another one.
 * @throws what `read` throws; idempotency-key-reused
 */
export async function readOnce<T>(read: () => T, isKnownKey: () => Promise<boolean>): Promise<T> {
  try {
    return read();
  } catch (error) {
    if (await isKnownKey()) throw protocolErrors.idempotencyKeyReused();
    throw error;
  }
}
