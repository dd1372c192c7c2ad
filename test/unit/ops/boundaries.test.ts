import { describe, expect, test } from '@jest/globals';
import { violationsOf } from '../../../scripts/lint/boundaries.ts';

/** What is wrong with files of these sources. */
const check = (sources: Record<string, string>) => violationsOf(new Map(Object.entries(sources)));

const CART = 'services/shopping/cart/cart.ts';

describe('refused', () => {
  test.each([
    ['lib/contract/page.ts', '../../services/shared/ids.ts', 'lib knows no shop'],
    ['lib/contract/page.ts', '../../mixins/worker.ts', 'lib knows no shop'],
    ['mixins/store/store.ts', '../../services/shared/ids.ts', 'mixins know no shop'],
    ['services/nodes.ts', '../test/support/shop.ts', 'code knows no tests'],
    ['scripts/start.ts', '../bench/run.ts', 'code knows no tests'],
    ['services/shared/ids.ts', '../shopping/cart/cart.contract.ts', 'services/shared knows no service'],
    [CART, '../../product/product/product.ts', 'of another node kind'],
    ['services/api/gateway.ts', '../customer/staff/staff-handlers.ts', 'of another node kind'],
    [CART, 'moleculer', 'domain code'],
    [CART, 'mongodb', 'domain code'],
    [CART, '../../../mixins/store/store.ts', 'domain code'],
    [CART, '../../../mixins/worker.ts', 'domain code'],
    [CART, './cart.service.ts', 'domain code'],
  ])('%s imports %s', (file, target, rule) => {
    for (const source of [`import { x } from '${target}';`, `export { x } from '${target}';`, `import '${target}';`]) {
      expect(check({ [file]: source })).toEqual([expect.stringContaining(rule)]);
    }
    expect(check({ [file]: `const x = await import('${target}');` })).toEqual([expect.stringContaining(rule)]);
  });

  test('domain code that calls a file which is handed a store', () => {
    const handlers = "import type { Store } from '../../../mixins/store/store.ts';";
    const files = { 'services/shopping/cart/carts.ts': handlers, [CART]: "import { read } from './carts.ts';" };
    expect(check(files)).toEqual([expect.stringContaining('domain code knows neither broker nor store')]);
  });

  test('a circle of imports, also one of types', () => {
    const circle = check({
      'lib/files/a.ts': "import type { B } from './b.ts';",
      'lib/files/b.ts': "import { c } from './c.ts';",
      'lib/files/c.ts': "import {\n  a,\n  more,\n} from './a.ts';",
    });
    expect(circle).toEqual(['a circle: lib/files/a.ts -> lib/files/b.ts -> lib/files/c.ts -> lib/files/a.ts']);
  });

  test('a folder with more than 25 files of its own', () => {
    const files = Array.from({ length: 26 }, (_, n): [string, string] => [`lib/files/f${n}.ts`, '']);
    expect(check(Object.fromEntries(files))).toEqual(['lib/files has 26 files, more than 25']);
    expect(check(Object.fromEntries(files.slice(1)))).toEqual([]);
  });

  test.each([
    ['a value', 'export const price = 1;'],
    ['a type', 'export type price = number;'],
    ['a function', 'export async function* price() {}'],
    ['a class', 'export abstract class price {}'],
    ['a re-export', "export { price } from './tax.ts';"],
    ['a re-exported type', "export type { price } from './tax.ts';"],
    ['one of several re-exports', "export {\n  tax,\n  type price,\n} from './tax.ts';"],
    ['another name for an import', 'export { tax as price };'],
    ['a namespace', "export * as price from './tax.ts';"],
  ])('a name that two files export, the second time as %s', (_, again) => {
    const files = { 'lib/files/first.ts': 'export const price = 0;', 'services/shared/second.ts': again };
    expect(check(files)).toEqual(['price is exported by lib/files/first.ts and services/shared/second.ts']);
  });

  test.each(["export * from './tax.ts';", "export type * from './tax.ts';"])('%s', (source) => {
    expect(check({ 'lib/files/first.ts': source })).toEqual(['lib/files/first.ts exports all of ./tax.ts again']);
  });
});

describe('allowed', () => {
  test.each([
    [CART, '../../product/product/product.contract.ts'],
    [CART, '../../product/product/product.rules.ts'],
    [CART, '../../shared/money.ts'],
    [CART, '../../../mixins/store/changes.ts'],
    ['services/shopping/cart/cart.service.ts', '../../../mixins/store/store.ts'],
    ['services/api/gateway.ts', 'moleculer'],
    ['services/shared/ids.ts', '../../lib/contract/page.ts'],
  ])('%s imports %s', (file, target) => {
    expect(check({ [file]: `import { x } from '${target}';` })).toEqual([]);
  });

  test('a handler that is given its store, and the types that it exports', () => {
    const files = {
      'services/shopping/cart/carts.ts': "import type { Store } from '../../../mixins/store/store.ts';",
      [CART]: "import type { CartId } from './carts.ts';",
    };
    expect(check(files)).toEqual([]);
  });

  test('a type and a value of one name in one file, default exports, and names that are not exported', () => {
    const both = 'export const price = 1;\nexport type price = number;\nconst tax = 2;\nexport default tax;';
    const other = 'const price = 1;\nexport const tax = price;\nexport default tax;';
    expect(check({ 'lib/files/first.ts': both, 'lib/files/second.ts': other })).toEqual([]);
  });
});
