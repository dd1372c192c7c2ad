import type { Mutation } from './mutation.ts';

const UNIT = ['test/unit/extensions/extensions.test.ts'];

/** The guards of what a shop adds: it takes nothing from the shop, and gives nobody what is another's. */
export const EXTENSION_MUTATIONS: Record<string, Mutation> = {
  'no route of an extension takes requests from the shop': {
    file: 'services/extensions/contract-clash.ts',
    find: 'isParameter(part) || isParameter(other[i])',
    replace: 'false',
    tests: UNIT,
    red: /● refused in one line › a route that would hide answers of ours/,
  },
  'gateways keep only answers that are the same for all': {
    file: 'services/extensions/contract-fault.ts',
    find: "auth === 'public' &&",
    replace: '',
    tests: UNIT,
    red: /● refused in one line › a customer's own data that gateways would give to others/,
  },
  'an extension has no collection of the shop': {
    file: 'services/extensions/extensions.ts',
    find: 'refuseSharedNames(files, schema, schemas);',
    replace: '',
    tests: UNIT,
    red: /● refused in one line › a collection of ours/,
  },
};
