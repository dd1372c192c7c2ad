import type { ActionName, Params, Rpc } from '../../lib/contract/contract.ts';

/**
 * Something to be done elsewhere, stored in the write that makes it due: an action call that is repeated until it is
 * acknowledged. Its action must be idempotent by what is in the parameters.
 */
export type OutboxEntry = { [K in ActionName]: { id: string; action: K; params: Params<K> } }[ActionName];

/** Delivers entries side by side. Resolves to the ids of those that were acknowledged, and why others were not. */
export async function deliver(
  entries: readonly OutboxEntry[],
  rpc: Rpc,
): Promise<{ delivered: Set<string>; errors: unknown[] }> {
  const delivered = new Set<string>();
  const errors: unknown[] = [];
  // An entry's parameters belong to its action by its type, which a union of all of them no longer shows.
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
