import type { Rpc } from '../../../lib/contract/contract.ts';
import type { Product } from '../product/product.ts';
import { RefusedRow } from './format/row.ts';
import type { Input } from './import-input.ts';
import type { ImportedRow } from './imported-row.ts';

/** SKUs of one call. */
const AT_ONCE = 500;
/** Lines of one call, of which each may have removed 200 variants. */
const LINES_AT_ONCE = 20;

/** The variants that rows leave out and that are to go. */
export interface Removals {
  /** The SKUs that go with a row. @throws {RefusedRow} when orders have some of them reserved */
  of(line: number): ReadonlySet<string>;
  /** How many went with a row already, when a process that died has done it. */
  doneBefore(line: number): number;
  /** The row was refused, so that its variants stay. */
  takeBack(lines: readonly number[]): Promise<void>;
}

interface Planned {
  importId: string;
  rows: readonly { row: ImportedRow; product: Readonly<Product> }[];
  /** Of which the file says something in a row of another product: that one may fail, so they stay where they are. */
  keep: ReadonlySet<string>;
  again: boolean;
}

/** Nothing is removed. */
export const NO_REMOVALS: Removals = { of: () => new Set(), doneBefore: () => 0, takeBack: async () => {} };

/**
 * Plans which variants go, and notes them by name before they do: a process that dies in between leaves no variant
 * that is gone and not in the report. What orders have reserved does not go.
 */
export async function planRemovals(
  rpc: Pick<Rpc, 'call'>,
  { importId, rows, keep, again }: Planned,
): Promise<Removals> {
  const missingOf = ({ product, row }: Planned['rows'][number]) =>
    missingIn(product, row.input).filter((sku) => !keep.has(sku));
  const missing = new Map(rows.map((one) => [one.row.line, missingOf(one)]));
  const stocks = await quantitiesOf(rpc, [...missing.values()].flat());
  const reserved = (line: number) => (missing.get(line) ?? []).filter((sku) => (stocks.get(sku)?.reserved ?? 0) > 0);
  const noted = rows.flatMap(({ row: { line }, product: { slug } }) =>
    reserved(line).length > 0
      ? []
      : (missing.get(line) ?? []).map((sku) => ({ line, slug, sku, available: stocks.get(sku)?.available ?? 0 })),
  );
  const before = again ? await notedFor(rpc, importId, [...missing.keys()]) : [];
  for (let at = 0; at < noted.length; at += AT_ONCE) {
    await rpc.call('removedVariant.append', { importId, variants: noted.slice(at, at + AT_ONCE) });
  }
  const gone = new Map<number, number>();
  for (const { line, sku } of before) {
    const product = rows.find(({ row }) => row.line === line)?.product;
    if (product?.variants.some((variant) => variant.sku === sku)) continue;
    gone.set(line, (gone.get(line) ?? 0) + 1);
  }
  return {
    of(line) {
      const held = reserved(line);
      if (held.length > 0) throw new RefusedRow(`Orders have these reserved, so they cannot go: ${held.join(', ')}.`);
      return new Set(missing.get(line));
    },
    doneBefore: (line) => gone.get(line) ?? 0,
    async takeBack(lines) {
      const variants = noted.filter(({ line }) => lines.includes(line)).map(({ line, sku }) => ({ line, sku }));
      for (let at = 0; at < variants.length; at += AT_ONCE) {
        await rpc.call('removedVariant.retract', { importId, variants: variants.slice(at, at + AT_ONCE) });
      }
    },
  };
}

/** A row that says nothing of variants leaves them alone. */
export function missingIn(product: { variants: readonly { sku: string }[] }, { variants }: Input): string[] {
  if (!variants) return [];
  const said = new Set(variants.map(({ sku }) => sku));
  return product.variants.flatMap(({ sku }) => (said.has(sku) ? [] : [sku]));
}

async function notedFor(rpc: Pick<Rpc, 'call'>, importId: string, lines: readonly number[]) {
  const noted: { line: number; sku: string }[] = [];
  for (let at = 0; at < lines.length; at += LINES_AT_ONCE) {
    const some = lines.slice(at, at + LINES_AT_ONCE);
    noted.push(...(await rpc.call('removedVariant.ofLines', { importId, lines: some })));
  }
  return noted;
}

async function quantitiesOf(rpc: Pick<Rpc, 'call'>, skus: readonly string[]) {
  const stocks = new Map<string, { available: number; reserved: number }>();
  for (let at = 0; at < skus.length; at += AT_ONCE) {
    const found = await rpc.call('inventory.quantities', { skus: skus.slice(at, at + AT_ONCE) });
    for (const { sku, ...stock } of found) stocks.set(sku, stock);
  }
  return stocks;
}
