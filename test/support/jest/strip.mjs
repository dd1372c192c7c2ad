// Jest runs the sources as production does: Node's own type stripping, positions kept, no source map needed.
import { createHash } from 'node:crypto';
import { stripTypeScriptTypes } from 'node:module';

/** A Jest transformer that changes a source before its types are stripped. */
export const stripper = (change) => ({
  process: (source, file) => ({ code: stripTypeScriptTypes(change(source, file), { mode: 'strip' }) }),
  getCacheKey: (source, file) =>
    createHash('sha256').update(file).update('\0').update(change(source, file)).digest('hex').slice(0, 32),
});

export default stripper((source) => source);
