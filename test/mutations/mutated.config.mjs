import jest, { common } from '../../jest.config.mjs';

const transform = { '\\.ts$': '<rootDir>/test/mutations/mutate.mjs' };

/** The ordinary tests, of sources with one guard broken. */
export default {
  ...jest,
  rootDir: common.rootDir,
  projects: jest.projects.map((project) => ({ ...project, transform })),
};
