import { common, run, servers } from '../../jest.config.mjs';

/** `npm run test:compose` */
export default {
  ...common,
  ...servers,
  testTimeout: run.testTimeout,
  testMatch: ['<rootDir>/test/compose/compose.ts'],
};
