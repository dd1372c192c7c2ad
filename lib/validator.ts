import { createRequire } from 'node:module';

/** fastest-validator, whose types describe an ES module that its package does not have. */
export const Validator = createRequire(import.meta.url)(
  'fastest-validator',
) as typeof import('fastest-validator').default;
