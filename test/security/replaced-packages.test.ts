import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { renderMarkdown } from '../../services/product/product/rich-text.ts';

const ROOT = join(import.meta.dirname, '../..');
const require = createRequire(import.meta.url);
type Overrides = Record<string, Record<string, string>>;
const overrides: Overrides = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).overrides;
const EMPTY = 'npm:empty-npm-package@1.0.0';

/** By library and replaced package, the files of the library that ask for it. None for packages of types. */
const ASKED_BY: Record<string, Record<string, string[]>> = {
  '@seald-io/nedb': {
    localforage: ['browser-version/lib/storage.browser.js'],
    // In lib it is Node's own.
    util: ['browser-version/lib/storage.react-native.js', 'lib/cursor.js', 'lib/datastore.js', 'lib/persistence.js'],
  },
  'lib-address': { zod: ['dist/validators/zod.cjs'] },
  moleculer: {
    args: ['src/runner-esm.mjs', 'src/runner.js'],
    'recursive-watch': ['src/middlewares/hot-reload.js'],
  },
  'moleculer-repl': { clui: ['src/commands/info.js', 'src/index.js'] },
  'moleculer-web': { '@types/body-parser': [], '@types/serve-static': [], 'serve-static': ['src/index.js'] },
  'mongodb-connection-string-url': { '@types/whatwg-url': [] },
  pino: { 'pino-abstract-transport': ['lib/worker.js'] },
  'sanitize-html': { postcss: ['index.js'] },
};

function filesThatAsk(library: string, name: string): string[] {
  const folder = join(ROOT, 'node_modules', library);
  const asks = new RegExp(`(require\\(|from |import\\()['"]${name}(/[^'"]*)?['"]`);
  // Folders of browsers' bundles, tests and benchmarks are not loaded.
  const exclude = ['**/node_modules/**', '**/test/**', '**/benchmarks/**', '**/build/**', '**/examples/**'];
  return globSync('**/*.{js,cjs,mjs}', { cwd: folder, exclude })
    .filter((file) => asks.test(readFileSync(join(folder, file), 'utf8')))
    .sort();
}

test('each package that is replaced by an empty one is known here', () => {
  const empty = Object.entries(overrides).flatMap(([library, packages]) =>
    Object.entries(packages).flatMap(([name, by]) => (by === EMPTY ? [[library, name]] : [])),
  );
  const known = Object.entries(ASKED_BY).flatMap(([library, packages]) =>
    Object.keys(packages).map((name) => [library, name]),
  );
  expect(empty).toEqual(known);
});

describe.each(Object.entries(ASKED_BY))('%s', (library, packages) => {
  test.each(Object.entries(packages))('asks for %s in the known files alone', (name, files) => {
    expect(filesThatAsk(library, name)).toEqual(files);
  });
});

test('a description with a style needs no postcss', () => {
  expect(renderMarkdown('<p style="color: red; width: expression(1)">x</p>')).toBe('<p>x</p>');
});

describe('a query, by qs on side-channel-weakmap', () => {
  const fromWeb = createRequire(require.resolve('moleculer-web'));
  const qs: { parse(query: string): Record<string, unknown> } = fromWeb('qs');

  test('keeps a list beyond the limit of qs, whose size side-channel keeps', () => {
    const many = Array.from({ length: 30 }, (_, n) => `a=${n}`).join('&');
    expect(Object.keys(Object(qs.parse(many).a))).toHaveLength(30);
  });

  test('reads names in brackets, also encoded', () => {
    expect(qs.parse('attr%5Bcolour%5D=red&attr[size]=s&b[]=1')).toEqual({
      attr: { colour: 'red', size: 's' },
      b: ['1'],
    });
  });
});
