import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { indexFile } from '../../../services/product/import/format/file-index.ts';
import { escapeFormula, unescapeFormula } from '../../../services/product/import/format/formula.ts';
import type { ImportRow } from '../../../services/product/import/format/row.ts';
import type { FileFormat } from '../../../services/product/import/job.ts';
import { productRows } from '../../../services/product/import/product-rows.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const variant = { sku: 'MUG-1', title: 'White', prices: { EUR: { amount: 995 } }, weight: 300 };
const mug = { slug: 'mug', title: 'Mug', brand: 'Marsett', category: 'tableware', variants: [variant] };
const line = (change: object = {}) => JSON.stringify({ ...mug, ...change });
/** Of another product. */
const other = (change: object = {}) => line({ slug: 'other', ...change });

/** In pieces of so many bytes, as a line may bring it. */
const pieces = (content: string | Buffer, size = 7): Readable => {
  const bytes = Buffer.from(content as string);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return Readable.from(parts, { objectMode: false });
};
async function all(rows: AsyncIterable<ImportRow>): Promise<ImportRow[]> {
  const found: ImportRow[] = [];
  for await (const row of rows) found.push(row);
  return found;
}
const rowsOf = (format: FileFormat) => (content: string | Buffer, size?: number) =>
  all(productRows(async () => pieces(content, size), format, { mustBeWhole: false }));
const jsonl = rowsOf('jsonl');
const csv = rowsOf('csv');

describe('JSON Lines', () => {
  test('are one product a line, with either line end, a byte order mark, blank lines, and a last line without its end', async () => {
    const rows = await jsonl(`\uFEFF${line()}\r\n\r\n  \n${line({ slug: 'other', title: ' Ünïcode ' })}`);
    expect(rows).toEqual([
      { line: 1, input: mug },
      { line: 4, input: { ...mug, slug: 'other', title: 'Ünïcode' } },
    ]);
    expect(await jsonl('')).toEqual([]);
  });

  test.each([
    ['no JSON', '{"slug": ', 'The line is not valid JSON.'],
    ['a list', '[]', 'A row must be a JSON object.'],
    ['null', 'null', 'A row must be a JSON object.'],
    ['a field that is not known', other({ price: 1 }), 'price is not known here.'],
    [
      'a field that is not known further down',
      other({ variants: [{ ...variant, stock: 5 }] }),
      'variants[0]: stock is not known here.',
    ],
    [
      'a name that would be a prototype',
      other({ variants: [{ ...variant, prices: JSON.parse('{"__proto__":{"amount":1}}') }] }),
      '__proto__ is not known here.',
    ],
    ['a name that every object has', other({ attributes: { toString: 'x' } }), 'toString is not known here.'],
    ['no variant', other({ variants: [] }), /variants/],
    [
      'a price that is text',
      other({ variants: [{ ...variant, prices: { EUR: { amount: '995' } } }] }),
      /amount.*number/,
    ],
    ['half a cent', other({ variants: [{ ...variant, prices: { EUR: { amount: 0.5 } } }] }), /amount.*integer/],
    ['a slug that is none', line({ slug: '../etc' }), /slug/],
    ['an operator', line({ slug: { $ne: null } }), /slug/],
    ['a prototype', `{"__proto__": {"x": 1}, ${other().slice(1)}`, '__proto__ is not known here.'],
    [
      'a prototype further down',
      other().replace('"weight"', '"__proto__": {}, "weight"'),
      '__proto__ is not known here.',
    ],
    ['a row of 100,000 nested arrays', `${'['.repeat(100_000)}`, 'The line is not valid JSON.'],
  ])('%s is reported with its line, and the others are kept', async (_name, bad, detail) => {
    const rows = await jsonl(`${line()}\n${bad}\n${line({ slug: 'last' })}\n`, 1000);
    expect(rows.map((row) => row.line)).toEqual([1, 2, 3]);
    expect(rows[1]).toEqual({ line: 2, detail: typeof detail === 'string' ? detail : expect.stringMatching(detail) });
    expect(rows.filter((row) => 'input' in row)).toHaveLength(2);
  });

  test('lines of one product are taken as one, wherever they stand; a line without a slug is of the variant with its SKU', async () => {
    const variantLine = JSON.stringify({ variants: [{ sku: 'MUG-9', prices: { USD: null } }] });
    const rows = await jsonl(
      `${line()}\n${variantLine}\n${other()}\n{"slug":"mug","variants":[{"sku":"MUG-2","barcode":null}]}\n`,
    );
    expect(rows).toEqual([
      { line: 2, input: { variants: [{ sku: 'MUG-9', prices: { USD: null } }] } },
      { line: 3, input: { ...mug, slug: 'other' } },
      { line: 1, input: { ...mug, variants: [variant, { sku: 'MUG-2', barcode: null }] } },
    ]);
    expect(await jsonl(JSON.stringify({ title: 'Mug', variants: [{ sku: 'MUG-9' }] }))).toEqual([
      { line: 1, detail: expect.stringContaining('title belongs to a product') },
    ]);
    expect(await jsonl(JSON.stringify({ variants: [{ sku: 'A' }, { sku: 'B' }] }))).toEqual([
      { line: 1, detail: 'A row needs the slug of a product, or the SKU of one variant.' },
    ]);
  });

  test('a line that is not UTF-8 is reported, and so is one that is too long', async () => {
    const broken = Buffer.concat([Buffer.from('{"slug": "'), Buffer.from([0xff, 0xc3]), Buffer.from('"}')]);
    const long = `{"slug": "${'x'.repeat(300 * 1024)}"}`;
    const content = Buffer.concat([broken, Buffer.from(`\n${long}\n${line()}\n`)]);
    expect(await jsonl(content, 1000)).toEqual([
      { line: 1, detail: 'The line is not valid UTF-8.' },
      { line: 2, detail: 'A line may have at most 256 KiB.' },
      { line: 3, input: mug },
    ]);
  });
});

const HEADER =
  'slug,title,description,brand,category,tax_class,status,attr:material,sku,variant_title,option:colour,price:EUR,compare_at:EUR,price:USD,barcode,weight';
const ROW = 'mug,Mug,,Marsett,tableware,,,Stoneware,MUG-1,White,white,995,1295,,4006381333931,300';

describe('CSV', () => {
  test('has a row for each variant of a product', async () => {
    const rows = await csv(
      `\uFEFF${HEADER}\r\n${ROW}\r\nmug,,,,,,,,MUG-2,Blue,blue,1095,,1200,,310\r\n\r\nother${ROW.slice(3)}`,
    );
    const variants = [
      {
        sku: 'MUG-1',
        title: 'White',
        options: { colour: 'white' },
        prices: { EUR: { amount: 995, compareAt: 1295 }, USD: null },
        barcode: '4006381333931',
        weight: 300,
      },
      {
        sku: 'MUG-2',
        title: 'Blue',
        options: { colour: 'blue' },
        prices: { EUR: { amount: 1095, compareAt: null }, USD: { amount: 1200 } },
        barcode: null,
        weight: 310,
      },
    ];
    const product = {
      slug: 'mug',
      title: 'Mug',
      description: '',
      brand: 'Marsett',
      category: 'tableware',
      attributes: { material: 'Stoneware' },
    };
    expect(rows).toEqual([
      { line: 2, input: { ...product, variants } },
      { line: 5, input: { ...product, slug: 'other', variants: variants.slice(0, 1) } },
    ]);
  });

  test('columns that are not there say nothing', async () => {
    const [row] = await csv(
      'slug,title,brand,category,sku,variant_title,weight\nmug,Mug,Marsett,tableware,MUG-1,White,300\n',
    );
    expect(row).toEqual({
      line: 2,
      input: {
        slug: 'mug',
        title: 'Mug',
        brand: 'Marsett',
        category: 'tableware',
        variants: [{ sku: 'MUG-1', title: 'White', weight: 300 }],
      },
    });
  });

  test.each([
    ['a cell too few', 'mug,Mug', /2 cells, the header 16/],
    ['a price that is none', ROW.replace('995', '9.95'), /amount.*number/],
    ['a formula for a price', ROW.replace('995', '=1+1'), /amount.*number/],
    ['a price that it cost before, alone', ROW.replace(',995,', ',,'), /amount.*required/],
    ['a price in no currency', ROW.replace('4006381333931', '40'), /barcode/],
    ['no SKU', ROW.replace('MUG-1', ''), /sku.*required/],
  ])('%s is reported with its line, and the others are kept', async (_name, bad, detail) => {
    const rows = await csv(`${HEADER}\nfirst${ROW.slice(3)}\n${bad}\nlast${ROW.slice(3)}\n`);
    expect(rows.map((row) => row.line)).toEqual([2, 3, 4]);
    expect(rows[1]).toEqual({ line: 3, detail: expect.stringMatching(detail) });
  });

  test('one bad row of a product keeps all of it out, and says which it was', async () => {
    const second = ROW.replace('MUG-1', 'MUG-2');
    expect(await csv(`${HEADER}\n${ROW}\n${second.replace('Mug', 'Cup')}\nlast${ROW.slice(3)}\n`)).toMatchObject([
      { line: 3, detail: 'title differs from line 2, which has the same product.' },
      { line: 4 },
    ]);
    const many = Array.from({ length: 300 }, (_, i) => ROW.replace('MUG-1', `MUG-${i}`)).join('\n');
    expect(await csv(`${HEADER}\n${many}\n`, 1000)).toEqual([
      { line: 202, detail: 'A product may have at most 200 variants.' },
    ]);
  });

  test('columns that are there and blank say that there is none, where there can be none', async () => {
    const [row] = await csv(`slug,description,attr:care,sku,option:size,barcode,price:EUR,title\nmug,,,MUG-1,,,,Mug\n`);
    expect(row).toEqual({
      line: 2,
      input: {
        slug: 'mug',
        title: 'Mug',
        description: '',
        attributes: { care: null },
        variants: [{ sku: 'MUG-1', options: { size: null }, barcode: null, prices: { EUR: null } }],
      },
    });
  });

  test('a row that was the second of its product, alone in a file, takes nothing away from the product', async () => {
    const [row] = await csv('slug,title,description,attr:care,sku,price:EUR\nmug,,,,MUG-2,900\n');
    expect(row).toEqual({
      line: 2,
      input: { slug: 'mug', variants: [{ sku: 'MUG-2', prices: { EUR: { amount: 900 } } }] },
    });
  });

  test('a price list has a SKU and a price in each row, and says nothing else', async () => {
    expect(await csv('sku,price:EUR\nMUG-1,900\nMUG-2,\n,5\n')).toEqual([
      { line: 2, input: { variants: [{ sku: 'MUG-1', prices: { EUR: { amount: 900 } } }] } },
      { line: 3, input: { variants: [{ sku: 'MUG-2', prices: { EUR: null } }] } },
      { line: 4, detail: expect.stringMatching(/sku.*required/) },
    ]);
    const mixed = 'slug,title,sku,price:EUR\nmug,Cup,,\n,,MUG-1,900\n,Cup,MUG-2,900\n,,,\n';
    expect(await csv(mixed)).toEqual([
      { line: 2, input: { slug: 'mug', title: 'Cup' } },
      { line: 3, input: { variants: [{ sku: 'MUG-1', prices: { EUR: { amount: 900 } } }] } },
      { line: 4, detail: expect.stringContaining('title belongs to a product') },
    ]);
  });

  test('labels that differ in a space at the end of their names come back as two; of other columns, spaces around them say nothing', async () => {
    const [row] = await csv(' slug ,sku , price:EUR ,attr:Care,attr:Care ,option:Size \nmug,MUG-1,900,Wash,Wipe,S\n');
    const variants = [{ sku: 'MUG-1', prices: { EUR: { amount: 900 } }, options: { 'Size ': 'S' } }];
    expect(row).toEqual({ line: 2, input: { slug: 'mug', attributes: { Care: 'Wash', 'Care ': 'Wipe' }, variants } });
  });

  test('rows sorted by any column give the products they gave before', async () => {
    const skus = Array.from({ length: 60 }, (_, n) => `V-${n}`);
    const rows = skus.map((sku, n) => `p-${n % 7},P ${n % 7},B,tableware,${sku},V,100,${1000 + n}`);
    const header = 'slug,title,brand,category,sku,variant_title,weight,price:EUR\n';
    const products = (found: ImportRow[]) =>
      found.map((row) => {
        if ('detail' in row) throw new Error(`line ${row.line}: ${row.detail}`);
        const variants = row.input.variants?.toSorted((one, other) => (one.sku < other.sku ? -1 : 1)) ?? [];
        return { ...row.input, variants };
      });
    const bySlug = (found: ImportRow[]) =>
      products(found).sort((one, other) => ((one.slug ?? '') < (other.slug ?? '') ? -1 : 1));
    const sorted = [...rows].sort();
    const expected = bySlug(await csv(`${header}${sorted.join('\n')}\n`));
    expect(expected.map(({ variants }) => variants.length)).toEqual([9, 9, 9, 9, 8, 8, 8]);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(rows, { minLength: rows.length }), async (shuffled) => {
        for (const maxGatheredBytes of [1, 2000, undefined]) {
          const open = async () => pieces(`${header}${shuffled.join('\n')}\n`, 500);
          const options = { mustBeWhole: true, ...(maxGatheredBytes ? { maxGatheredBytes } : {}) };
          expect(bySlug(await all(productRows(open, 'csv', options)))).toEqual(expected);
        }
      }),
      { seed, numRuns: 20 },
    );
  });

  test('of products whose rows do not stand together, each pass over the file gathers as many as fit', async () => {
    let passes = 0;
    const rows = [1, 2].flatMap((n) => ['a', 'b', 'c'].map((slug) => `${slug},T,B,tableware,${slug}-${n},V,1`));
    const content = `slug,title,brand,category,sku,variant_title,weight\n${rows.join('\n')}\nd,T,B,tableware,d-1,V,1\n`;
    const open = async () => {
      passes += 1;
      return pieces(content);
    };
    const found = await all(productRows(open, 'csv', { mustBeWhole: false, maxGatheredBytes: 1 }));
    expect(found.map((row) => 'input' in row && [row.input.slug, row.input.variants?.length])).toEqual([
      ['d', 1],
      ...['a', 'b', 'c'].map((slug) => [slug, 2]),
    ]);
    expect(passes).toBe(2 + 3);
  });

  test('a product whose rows say different things is refused as a whole, wherever they stand, and only the row that says it is named', async () => {
    const header = 'slug,title,brand,category,sku,variant_title,weight\n';
    const found = await csv(
      `${header}a,A,B,tableware,A-1,V,1\nb,B,B,tableware,B-1,V,1\na,Other,B,tableware,A-2,V,1\nb,B,B,tableware,B-1,V,2\nc,C,B,tableware,C-1,V,1\nc,C,B,tableware,C-1,V,1\n`,
    );
    expect(found).toEqual([
      { line: 6, input: expect.objectContaining({ slug: 'c', variants: [{ sku: 'C-1', title: 'V', weight: 1 }] }) },
      { line: 4, detail: 'title differs from line 2, which has the same product.' },
      { line: 5, detail: 'B-1 differs from line 3, which has the same variant.' },
    ]);
    expect(await csv('sku,price:EUR\nMUG-1,900\nMUG-2,900\nMUG-1,950\n')).toEqual([
      { line: 3, input: expect.anything() },
      { line: 4, detail: 'MUG-1 differs from line 2, which has the same variant.' },
    ]);
  });

  test('a file of more products than can be held is refused before any is taken', async () => {
    const record = (key: string) => ({ line: 1, key, size: 1, skus: [], check: () => ({ detail: 'not asked' }) });
    const records = async function* () {
      for (const key of ['a', 'a', 'b', 'a', 'c']) yield record(key);
    };
    await expect(indexFile(records(), 2)).rejects.toThrow('A file may have 2 products.');
    expect((await indexFile(records(), 3)).scattered.size).toBe(1);
  });

  test("the product's columns may stand in any one of its rows", async () => {
    const header = 'slug,title,description,attr:care,brand,category,sku,variant_title,weight\n';
    const found = await csv(
      `${header}a,,,,,,A-1,V,1\nb,B,,,B,tableware,B-1,V,1\na,A,Text,Wash,B,tableware,A-2,V,1\na,,,,,,A-3,V,1\n`,
    );
    expect(found[1]).toMatchObject({
      line: 2,
      input: { slug: 'a', title: 'A', description: 'Text', attributes: { care: 'Wash' }, brand: 'B' },
    });
    expect(found[1]).toMatchObject({ input: { variants: [{ sku: 'A-1' }, { sku: 'A-2' }, { sku: 'A-3' }] } });
  });

  test('a column named as every object has one is no column of anything', async () => {
    for (const name of ['__proto__', 'constructor']) {
      const content = `slug,attr:${name},sku,option:${name},price:${name}\nmug,x,,,\nmug,,MUG-1,,\n`;
      expect(await csv(content)).toEqual([{ line: 2, detail: `${name} is not known here.` }]);
    }
  });

  test('a replacement character that was in the text is no broken UTF-8', async () => {
    const [row] = await csv('slug,title\nmug,"Was \uFFFD once"\n');
    expect(row).toEqual({ line: 2, input: { slug: 'mug', title: 'Was \uFFFD once' } });
  });

  test('a file that breaks off counts to there, but for its last product; nothing of it when it has to be whole', async () => {
    const rows = 'a,A-1\nb,B-1\nc,C-1\na,A-2\nb,B-2\n';
    const broken = `slug,sku\n${rows}"never ends`;
    const seen: ImportRow[] = [];
    const read = async (whole: boolean) => {
      for await (const row of productRows(async () => pieces(broken), 'csv', { mustBeWhole: whole })) seen.push(row);
    };
    await expect(read(true)).rejects.toThrow(/has no end/);
    expect(seen).toEqual([]);
    await expect(read(false)).rejects.toThrow(/has no end/);
    expect(seen.map((row) => 'input' in row && row.input.slug)).toEqual(['c', 'a']);
  });

  test('a line that may be of any product spoils a file that has to be whole', async () => {
    const content = `${line()}\nno JSON\n`;
    const rows = all(productRows(async () => pieces(content), 'jsonl', { mustBeWhole: true }));
    await expect(rows).rejects.toThrow('Line 2 has no valid slug, so it may belong to any product.');
  });

  test('a row has the number of its first line, also after cells with line breaks', async () => {
    const tall = ROW.replace('mug,Mug,,', 'mug,Mug,"one\ntwo\r\nthree, ""four""",');
    const rows = await csv(`${HEADER}\n${tall}\nbad\nlast${ROW.slice(3)}\n`);
    expect(rows.map((row) => row.line)).toEqual([2, 5, 6]);
    expect(rows[0]).toMatchObject({ input: { description: 'one\ntwo\r\nthree, "four"' } });
  });

  test('a row that is not UTF-8 is reported', async () => {
    const [before, after] = `${HEADER}\n${ROW}\n`.split('Stoneware') as [string, string];
    const rows = await csv(Buffer.concat([Buffer.from(before), Buffer.from([0x53, 0xe4, 0xff]), Buffer.from(after)]));
    expect(rows).toEqual([{ line: 2, detail: 'The row is not valid UTF-8.' }]);
  });

  test.each([
    ['no header', '', 'The file has no header.'],
    ['an unknown column', `${HEADER},stock\n${ROW},1`, 'The column "stock" is not known here.'],
    ['a column twice', `${HEADER},sku\n${ROW},X`, 'The column sku occurs twice.'],
    ['neither slug nor SKU', 'barcode\n4006381333931', 'The file needs one of the columns slug and sku.'],
    [
      'columns of a product without its slug',
      'sku,title\nMUG-1,Mug',
      /title is a product column.*needs the column slug/,
    ],
    [
      'columns of a variant without its SKU',
      'slug,price:EUR\nmug,995',
      /price:EUR is a variant column.*needs the column sku/,
    ],
    ['another format', '{"slug": "mug"}', /not known here/],
    ['a quote that never ends', `${HEADER}\n${ROW}\n"mug,`, /has no end/],
    [
      'a row without an end',
      `${HEADER}\n${ROW}\n"${'x'.repeat(300 * 1024)}`,
      /cannot be read from line 3: a row is too long/,
    ],
  ])('a file with %s is broken there', async (_name, content, message) => {
    await expect(csv(content, 1000)).rejects.toThrow(message);
  });
});

describe('cells', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\uFF1D1'])(
    'that begin as %j are no formulas in a file',
    (cell) => {
      expect(escapeFormula(cell)).toBe(`'${cell}`);
    },
  );

  test('are what they were when they come back', () => {
    const text = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', 'a', ' ') });
    fc.assert(
      fc.property(
        fc.oneof(text, fc.string()),
        (cell) => unescapeFormula(escapeFormula(cell)) === cell && !/^[=+\-@\t\r]/.test(escapeFormula(cell)),
      ),
      { seed },
    );
    expect(unescapeFormula("'twas")).toBe("'twas");
  });
});
