import type { Mutation } from './mutation.ts';

/** The guards of imports and exports of products. */
export const IMPORT_MUTATIONS: Record<string, Mutation> = {
  'rows of a product that do not stand together are taken for several products': {
    file: 'services/product/import/format/file-index.ts',
    find: 'if (hash !== undefined && sizes.has(hash)) scattered.set(hash, 0);',
    replace: '',
    tests: ['test/unit/product/import-rows.test.ts'],
    red: /rows sorted by any column/,
  },
  'variants go that a file leaves out': {
    file: 'services/product/import/row-edit.ts',
    find: 'variants.filter(({ sku }) => !removed.has(sku))',
    replace: 'variants.filter(({ sku }) => !removed.has(sku) && given.some((one) => one.sku === sku))',
    tests: ['test/unit/product/import-edit.test.ts'],
    red: /price:EUR alone changes that of the variant/,
  },
  'a column that is not there erases its field': {
    file: 'services/product/import/row-edit.ts',
    find: 'given.barcode === undefined ? before?.barcode : given.barcode',
    replace: 'given.barcode',
    tests: ['test/unit/product/import-edit.test.ts'],
    red: /price:EUR alone changes that of the variant/,
  },
  'an import removes what orders have reserved': {
    file: 'services/product/import/removals.ts',
    find: '(stocks.get(sku)?.reserved ?? 0) > 0',
    replace: '(stocks.get(sku)?.reserved ?? 0) < 0',
    tests: ['test/integration/product/import.test.ts'],
    red: /removes nothing that orders have reserved/,
  },
  'a variant goes that stands in another row of the file': {
    file: 'services/product/import/removals.ts',
    find: '.filter((sku) => !keep.has(sku))',
    replace: '',
    tests: ['test/integration/product/import.test.ts'],
    red: /removes no variant that stands in any row of the file/,
  },
  'what an import removed is lost with its node': {
    file: 'services/product/import/removals.ts',
    find: 'again ? await recordedVariants(rpc, importId, [...missing.keys()]) : []',
    replace: '[]',
    tests: ['test/integration/product/import.test.ts'],
    red: /counted and named, also when its node died/,
  },
  'an export reads as many products as it can': {
    file: 'services/product/import/export.ts',
    find: 'const PRODUCTS_PER_READ = 10;',
    replace: 'const PRODUCTS_PER_READ = 500;',
    tests: ['test/unit/product/export.test.ts'],
    red: /no more rows in memory than a few products/,
  },
};
