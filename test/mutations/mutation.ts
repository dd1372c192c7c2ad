/** A guard of the shop, what the code would be without it, and the tests that fail then. */
export interface Mutation {
  file: string;
  find: string;
  replace: string;
  tests: string[];
  red: RegExp;
}
