import { expect, test } from '@jest/globals';
import { FILES, linksOf, readPage } from '../../support/documents.ts';

const PAGE = 'docs/glossary.md';
const rows = [...readPage(PAGE).matchAll(/^\| ([^|]+) \| ([^|]+) \| (.+) \|$/gm)]
  .map(([, term = '', meaning = '', file = '']) => ({ term, meaning, file }))
  .filter(({ term }) => term !== 'term' && !term.startsWith('--'));

test('has each term once, in the order of the alphabet', () => {
  const terms = rows.map(({ term }) => term.toLowerCase());
  expect(terms.length).toBeGreaterThanOrEqual(50);
  expect(terms).toEqual([...new Set(terms)].sort((a, b) => a.localeCompare(b, 'en')));
});

test('says of each term, in a sentence, what it means, and in which source file it lives', () => {
  const files = linksOf(PAGE).map(({ target }) => target);
  expect(files.length).toBe(rows.length);
  expect(files.filter((file) => !FILES.includes(file) || !file.endsWith('.ts'))).toEqual([]);
  expect(rows.filter(({ meaning }) => !meaning.endsWith('.'))).toEqual([]);
});
