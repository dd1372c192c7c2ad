import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { csvRows } from '../../../services/product/import/csv.ts';
import { formula, plain } from '../../../services/product/import/formula.ts';
import { jsonlRows } from '../../../services/product/import/jsonl.ts';
import type { Row } from '../../../services/product/import/row.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
console.info(`fast-check seed: ${seed} (FC_SEED repeats it)`);

const variant = { sku: 'MUG-1', title: 'White', prices: { EUR: { amount: 995 } }, weight: 300 };
const mug = { slug: 'mug', title: 'Mug', brand: 'Marsett', category: 'tableware', variants: [variant] };
const line = (change: object = {}) => JSON.stringify({ ...mug, ...change });

/** In pieces of so many bytes, as a line may bring it. */
const pieces = (content: string | Buffer, size = 7): Readable => {
  const bytes = Buffer.from(content as string);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return Readable.from(parts, { objectMode: false });
};
async function all(rows: AsyncIterable<Row>): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}
const jsonl = (content: string | Buffer, size?: number) => all(jsonlRows(pieces(content, size)));
const csv = (content: string | Buffer, size?: number) => all(csvRows(pieces(content, size)));

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
    ['no JSON', '{"slug": ', 'This is not JSON.'],
    ['a list', '[]', 'A row is a JSON object.'],
    ['null', 'null', 'A row is a JSON object.'],
    ['a field that is not known', line({ price: 1 }), 'price is not known here.'],
    [
      'a field that is not known further down',
      line({ variants: [{ ...variant, stock: 5 }] }),
      'variants[0]: stock is not known here.',
    ],
    ['no variant', line({ variants: [] }), /variants/],
    [
      'a price that is text',
      line({ variants: [{ ...variant, prices: { EUR: { amount: '995' } } }] }),
      /amount.*number/,
    ],
    ['half a cent', line({ variants: [{ ...variant, prices: { EUR: { amount: 0.5 } } }] }), /amount.*integer/],
    ['a slug that is none', line({ slug: '../etc' }), /slug/],
    ['an operator', line({ slug: { $ne: null } }), /slug/],
    ['a prototype', `{"__proto__": {"x": 1}, ${line().slice(1)}`, '__proto__ is not known here.'],
    [
      'a prototype further down',
      line().replace('"weight"', '"__proto__": {}, "weight"'),
      'variants[0]: __proto__ is not known here.',
    ],
    ['what is nested beyond measure', `${'['.repeat(100_000)}`, 'This is not JSON.'],
  ])('%s is reported with its line, and the others are kept', async (_name, bad, wrong) => {
    const rows = await jsonl(`${line()}\n${bad}\n${line({ slug: 'other' })}\n`, 1000);
    expect(rows.map((row) => row.line)).toEqual([1, 2, 3]);
    expect(rows[1]).toEqual({ line: 2, wrong: typeof wrong === 'string' ? wrong : expect.stringMatching(wrong) });
    expect(rows.filter((row) => 'input' in row)).toHaveLength(2);
  });

  test('a line that is no UTF-8 is reported, and so is one that is too long, whatever is in it', async () => {
    const broken = Buffer.concat([Buffer.from('{"slug": "'), Buffer.from([0xff, 0xc3]), Buffer.from('"}')]);
    const long = `{"slug": "${'x'.repeat(300 * 1024)}"}`;
    const content = Buffer.concat([broken, Buffer.from(`\n${long}\n${line()}\n`)]);
    expect(await jsonl(content, 1000)).toEqual([
      { line: 1, wrong: 'This is not UTF-8.' },
      { line: 2, wrong: 'A line may have 256 KiB.' },
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
        prices: { EUR: { amount: 995, compareAt: 1295 } },
        barcode: '4006381333931',
        weight: 300,
      },
      {
        sku: 'MUG-2',
        title: 'Blue',
        options: { colour: 'blue' },
        prices: { EUR: { amount: 1095 }, USD: { amount: 1200 } },
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
        variants: [{ sku: 'MUG-1', title: 'White', options: {}, prices: {}, weight: 300 }],
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
  ])('%s is reported with its line, and the others are kept', async (_name, bad, wrong) => {
    const rows = await csv(`${HEADER}\nfirst${ROW.slice(3)}\n${bad}\nlast${ROW.slice(3)}\n`);
    expect(rows.map((row) => row.line)).toEqual([2, 3, 4]);
    expect(rows[1]).toEqual({ line: 3, wrong: expect.stringMatching(wrong) });
  });

  test('one bad row of a product keeps all of it out, and says which it was', async () => {
    const second = ROW.replace('MUG-1', 'MUG-2');
    expect(await csv(`${HEADER}\n${ROW}\n${second.replace('Mug', 'Cup')}\nlast${ROW.slice(3)}\n`)).toMatchObject([
      { line: 3, wrong: 'title is not what line 2 says of this product.' },
      { line: 4 },
    ]);
    const many = Array.from({ length: 300 }, (_, i) => ROW.replace('MUG-1', `MUG-${i}`)).join('\n');
    expect(await csv(`${HEADER}\n${many}\n`, 1000)).toEqual([{ line: 202, wrong: 'A product may have 200 variants.' }]);
  });

  test('a line is counted where its row begins, whatever its cells have inside', async () => {
    const tall = ROW.replace('mug,Mug,,', 'mug,Mug,"one\ntwo\r\nthree, ""four""",');
    const rows = await csv(`${HEADER}\n${tall}\nbad\nlast${ROW.slice(3)}\n`);
    expect(rows.map((row) => row.line)).toEqual([2, 5, 6]);
    expect(rows[0]).toMatchObject({ input: { description: 'one\ntwo\r\nthree, "four"' } });
  });

  test('what is no UTF-8 is reported', async () => {
    const [before, after] = `${HEADER}\n${ROW}\n`.split('Stoneware') as [string, string];
    const rows = await csv(Buffer.concat([Buffer.from(before), Buffer.from([0x53, 0xe4, 0xff]), Buffer.from(after)]));
    expect(rows).toEqual([{ line: 2, wrong: 'This is not UTF-8.' }]);
  });

  test.each([
    ['no header', '', 'The file has no header.'],
    ['a column that nobody knows', `${HEADER},stock\n${ROW},1`, 'The column "stock" is not known here.'],
    ['a column twice', `${HEADER},sku\n${ROW},X`, 'The column sku is there twice.'],
    [
      'columns missing',
      'slug,title\nmug,Mug',
      'These columns are missing: brand, category, sku, variant_title, weight.',
    ],
    ['another format', '{"slug": "mug"}', /not known here/],
    ['a quote that never ends', `${HEADER}\n${ROW}\n"mug,`, /never ends/],
    ['a row without an end', `${HEADER}\n${ROW}\n"${'x'.repeat(300 * 1024)}`, /cannot be read: a row is too long/],
  ])('a file with %s is broken there', async (_name, content, message) => {
    await expect(csv(content, 1000)).rejects.toThrow(message);
  });
});

describe('cells', () => {
  test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\uFF1D1'])(
    'that begin as %j are no formulas in a file',
    (cell) => {
      expect(formula(cell)).toBe(`'${cell}`);
    },
  );

  test('are what they were when they come back', () => {
    const text = fc.string({ unit: fc.constantFrom("'", '=', '+', '-', '@', '\t', 'a', ' ') });
    fc.assert(
      fc.property(
        fc.oneof(text, fc.string()),
        (cell) => plain(formula(cell)) === cell && !/^[=+\-@\t\r]/.test(formula(cell)),
      ),
      { seed },
    );
    expect(plain("'twas")).toBe("'twas");
  });
});
