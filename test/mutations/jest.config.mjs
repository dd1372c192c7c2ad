import { common, run, servers } from '../../jest.config.mjs';

/** `npm run mutations` */
export default {
  ...common,
  ...servers,
  testTimeout: run.testTimeout,
  testMatch: ['<rootDir>/test/mutations/mutations.ts'],
};
