import { createHook } from 'node:async_hooks';

/** How many Argon2 derivations this process begins while it does something: its work, on whatever machine. */
export async function derivationsIn(act: () => Promise<unknown>): Promise<number> {
  let begun = 0;
  const hook = createHook({
    init(_id, type) {
      if (type === 'ARGON2REQUEST') begun += 1;
    },
  }).enable();
  try {
    await act();
    return begun;
  } finally {
    hook.disable();
  }
}
