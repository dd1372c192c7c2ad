// Jest runs the sources as production does: Node's own type stripping, positions kept, no source map needed.
import { stripTypeScriptTypes } from 'node:module';
export default { process: (source) => ({ code: stripTypeScriptTypes(source, { mode: 'strip' }) }) };
