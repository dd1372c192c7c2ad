export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/jest-strip.mjs' },
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // A bound for what hangs, far above what a busy machine needs: no test depends on how fast it is.
  testTimeout: 240_000,
  // One more than the cores of a small machine: many tests wait, as customers do.
  maxWorkers: 3,
  testSequencer: '<rootDir>/test/support/sequencer.mjs',
  // Each test file imports the whole shop anew, and what it leaves grows.
  workerIdleMemoryLimit: '1GB',
};
