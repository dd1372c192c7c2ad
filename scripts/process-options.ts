import { join } from 'node:path';

/**
 * What keeps the memory of a node small, for each process that runs scripts/start.ts. V8 and the C library read both
 * before any script runs, so package.json and the Dockerfile repeat them; a test compares the three.
 */

/** V8's arguments. */
export const V8_ARGUMENTS: readonly string[] = [
  // In MiB. New objects are in two halves of this size; with much memory the default is 64, which takes 128 MiB for ever.
  '--max-semi-space-size=8',
  // A full collection begins when the heap is 40 % larger than after the last one. By default a small heap may triple.
  '--heap-growing-percent=40',
];

export const NODE_ENVIRONMENT: Readonly<Record<string, string>> = {
  /**
   * In bytes; the memory of larger allocations is returned to the system. By default glibc raises the limit to the size of
   * the first allocation that was freed. Hashing a password takes 19 MiB, which each of libuv's four threads would keep.
   */
  MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024),
  /** By default each thread that allocates has memory of its own, up to eight times the number of cores. */
  MALLOC_ARENA_MAX: '2',
  /** Compiled code and stripped types. With it a process does not load the type stripper, which takes 20 MB. */
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/node-compile'),
};
