// Jest's transform for a run with one guard broken: the one that MUTATION names.
import { join } from 'node:path';
import { stripper } from '../support/jest/strip.mjs';
import { MUTATIONS } from './guards.ts';
import { withoutGuard } from './mutation.ts';

const { MUTATION = '' } = process.env;
const mutation = MUTATIONS[MUTATION];
if (!mutation) throw new Error(`there is no mutation ${JSON.stringify(MUTATION)}`);
const mutatedFile = join(import.meta.dirname, '../..', mutation.file);

export default stripper((source, file) => (file === mutatedFile ? withoutGuard(source, mutation) : source));
