export interface Mutation {
  file: string;
  find: string;
  replace: string;
  tests: string[];
  red: RegExp;
}
