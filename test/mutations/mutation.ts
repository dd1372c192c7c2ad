/** A guard of the shop, what the code would be without it, and the tests that fail then. */
export interface Mutation {
  file: string;
  find: string;
  replace: string;
  tests: string[];
  red: RegExp;
}

/** The source of a guard's file without the guard. @throws when the source does not have the guard exactly once */
export function withoutGuard(source: string, { file, find, replace }: Mutation): string {
  const found = source.split(find).length - 1;
  if (found !== 1) throw new Error(`${file} has the guard ${found} times instead of once: ${find}`);
  // A function, as a text that replaces may have a `$`.
  return source.replace(find, () => replace);
}
