import { createHash } from 'node:crypto';

/** Numbers that look random and are the same for the same seed: the hashes of seed and count. */
export function seeded(seed: number | string) {
  let count = 0;
  const next = () => {
    count += 1;
    return createHash('sha256').update(`${seed}:${count}`).digest().readUInt32BE() / 2 ** 32;
  };
  return {
    /** From 0 up to, but not, 1. */
    next,
    /** A whole number from `least` to `most`. */
    between: (least: number, most: number) => least + Math.floor(next() * (most - least + 1)),
    pick: <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)] as T,
  };
}

export type Random = ReturnType<typeof seeded>;
