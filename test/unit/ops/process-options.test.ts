import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { NODE_ENVIRONMENT, V8_ARGUMENTS } from '../../../scripts/process-options.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

test('npm start and the image run the shop with the options of a node of the cluster', () => {
  const { scripts } = JSON.parse(read('package.json'));
  const { NODE_COMPILE_CACHE = '', ...allocation } = NODE_ENVIRONMENT;
  const cacheFolder = NODE_COMPILE_CACHE.slice(ROOT.length + 1);
  const command = ['node', ...V8_ARGUMENTS, 'scripts/start.ts'];
  const assignments = Object.entries(allocation).map(([name, value]) => `${name}=${value}`);
  const environment = `${assignments.join(' ')} NODE_COMPILE_CACHE=`;
  expect(scripts.start).toBe(`${environment}${cacheFolder} ${command.join(' ')}`);
  const image = read('Dockerfile');
  expect(image).toContain(`CMD ${JSON.stringify(command).replaceAll(',', ', ')}\n`);
  expect(image).toContain(`${environment}/shop/${cacheFolder}\n`);
});
