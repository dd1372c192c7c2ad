import type { ActionName, Params, Rpc } from '../../lib/contract/contract.ts';

/**
 * An action call that is stored in the same write as the change that causes it, and repeated until it is acknowledged. The
 * action must be idempotent, by a key in its parameters.
 */
export type OutboxEntry = { [K in ActionName]: { id: string; action: K; params: Params<K> } }[ActionName];

/** Delivers entries concurrently. Resolves to the ids of acknowledged entries, and the errors of the others. */
export async function deliver(
  entries: readonly OutboxEntry[],
  rpc: Rpc,
): Promise<{ delivered: Set<string>; errors: unknown[] }> {
  const delivered = new Set<string>();
  const errors: unknown[] = [];
  // OutboxEntry pairs each action with its parameters, but TypeScript cannot see that in a union of all entries.
  const call = rpc.call.bind(rpc) as (action: string, params: unknown) => Promise<unknown>;
  await Promise.all(
    entries.map(async ({ id, action, params }) => {
      try {
        await call(action, params);
        delivered.add(id);
      } catch (error) {
        errors.push(error);
      }
    }),
  );
  return { delivered, errors };
}
