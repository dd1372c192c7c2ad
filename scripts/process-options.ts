import { join } from 'node:path';

/**
 * What keeps the memory of a node small, for each process that runs scripts/start.ts. V8 and the C library read both
 * before any script runs, so package.json and the Dockerfile repeat them; a test compares the three.
 */

/**
 * V8's arguments. New objects are in two halves of this size in MiB. On a machine with much memory the default is 64,
 * which holds 128 MiB of a process for ever; smaller than 16, it moves objects of requests under way to old space.
 */
export const V8_ARGUMENTS: readonly string[] = ['--max-semi-space-size=16'];

export const NODE_ENVIRONMENT: Readonly<Record<string, string>> = {
  /**
   * In bytes; the memory of larger allocations is returned to the system. By default glibc raises the limit to the size of
   * the first allocation that was freed. Hashing a password takes 19 MiB, which each of libuv's four threads would keep.
   */
  MALLOC_MMAP_THRESHOLD_: String(4 * 1024 * 1024),
  /** Compiled code and stripped types. With it a process does not load the type stripper, which takes 20 MB. */
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../node_modules/.cache/node-compile'),
};
