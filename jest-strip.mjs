// Jest runs the sources as production does: Node's own type stripping, positions kept, no source map needed.
import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';
import { mutated } from './test/mutations/guards.ts';

export default {
  process: (source, file) => ({ code: stripTypeScriptTypes(mutated(source, file), { mode: 'strip' }) }),
  getCacheKey: (source, file) =>
    createHash('sha256').update(file).update('\0').update(mutated(source, file)).digest('hex').slice(0, 32),
};
