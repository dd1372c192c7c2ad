import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { anchorsOf, isPath, linksOf, looksLikePath, PAGES, quotedNames, ROOT } from '../../support/documents.ts';

describe.each(PAGES)('%s', (page) => {
  test('each relative link leads to a file of the project, and to a heading of it', () => {
    const broken = linksOf(page).filter(({ target, anchor }) => {
      if (target.startsWith('..') || !existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
    });
    expect(broken.map(({ href }) => href)).toEqual([]);
  });

  test('each file and folder of the project that it names is there', () => {
    if (page === 'CHANGELOG.md') return; // it tells of files that have gone since
    expect(quotedNames(page).filter((name) => looksLikePath(name) && !isPath(name))).toEqual([]);
  });
});

test('the index of docs/ names every page in it', () => {
  const indexed = new Set(linksOf('docs/README.md').map(({ target }) => target));
  const pages = PAGES.filter((page) => /^docs\/(?!README)[^/]+\.md$/.test(page));
  expect(pages.filter((page) => !indexed.has(page))).toEqual([]);
});

test('the index of decisions names every decision', () => {
  const indexed = new Set(linksOf('docs/decisions/README.md').map(({ target }) => target));
  const records = PAGES.filter((page) => /^docs\/decisions\/\d/.test(page));
  expect(records.length).toBeGreaterThanOrEqual(10);
  expect(records.filter((page) => !indexed.has(page))).toEqual([]);
});
