import { availableParallelism } from 'node:os';

/** What all tests have in common, also those that run by themselves (test/mutations, test/compose). */
export const common = {
  rootDir: import.meta.dirname,
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/test/support/jest/strip.mjs' },
};

/** The databases and the message server that tests talk to. Started once, whichever projects need them. */
export const servers = {
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
};

/** How a run goes, whatever is in it. */
export const run = {
  // A bound for what hangs, far above what a busy machine needs: no test depends on how fast it is.
  testTimeout: 240_000,
  // Twice the cores, as most tests wait most of the time; not more than 8, as each takes up to 1 GB.
  maxWorkers: Math.min(2 * availableParallelism(), 8),
  testSequencer: '<rootDir>/test/support/jest/sequencer.mjs',
  // Each test file imports the shop anew, and what it leaves in the memory of its worker grows.
  workerIdleMemoryLimit: '1GB',
};

/** Files of test/unit that take long: they crash a whole shop at every step, start processes, or count very far. */
const EXHAUSTIVE = '/test/unit/(.*(crashes|-growth)|shopping/every-fault|lib/lock)\\.test\\.ts$';
/** Of test/integration: a thousand customers at once. */
const RUSH = '/test/integration/shopping/oversell\\.test\\.ts$';
const MODULES = '/node_modules/';

/** What belongs where is in test/README.md. */
export default {
  ...run,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testRegex: ['/test/unit/.*\\.test\\.ts$'],
      testPathIgnorePatterns: [MODULES, EXHAUSTIVE],
    },
    {
      ...common,
      ...servers,
      displayName: 'integration',
      testRegex: ['/test/(integration|browser)/.*\\.test\\.ts$'],
      testPathIgnorePatterns: [MODULES, RUSH],
    },
    { ...common, ...servers, displayName: 'security', testRegex: ['/test/security/.*\\.test\\.ts$'] },
    {
      ...common,
      ...servers,
      displayName: 'system',
      testRegex: ['/test/(cluster|chaos)/.*\\.test\\.ts$', EXHAUSTIVE, RUSH],
    },
  ],
};
