import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { codeBlocks, ROOT, readPage } from '../../support/documents.ts';

const foldersIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  );

const PAGE = 'docs/architecture.md';
const [map = ''] = readPage(PAGE).match(/## The folders\n\n```\n.*?```/s) ?? [];

test.each(['customer', 'product', 'shopping', 'api'])('the map of folders shows the features of %s', (kind) => {
  const [, shown = ''] = map.match(new RegExp(`^  ${kind}/ +(.*)$`, 'm')) ?? [];
  const named = shown
    .replaceAll(/\([^)]*\)/g, '')
    .trim()
    .split(/\s+/);
  expect(named.sort()).toEqual(foldersIn(`services/${kind}`).sort());
});

test.each(['services', 'mixins', 'lib'])('the map of folders shows what is in %s/', (folder) => {
  for (const name of foldersIn(folder)) expect(map).toContain(`${name}/`);
});

test('the worked example is there to be carried out: test/integration/docs does so', () => {
  expect(codeBlocks(PAGE, 'ts').length).toBeGreaterThanOrEqual(5);
});
