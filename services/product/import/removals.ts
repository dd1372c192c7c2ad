import type { Rpc } from '../../../lib/contract/contract.ts';
import { chunksOf } from '../../../lib/process/concurrency.ts';
import type { Product } from '../product/product.ts';
import { RefusedRow } from './format/row.ts';
import type { RowInput } from './import-input.ts';
import type { ImportedRow } from './imported-row.ts';

const SKUS_PER_CALL = 500;
/** Each line may have removed 200 variants. */
const LINES_PER_CALL = 20;

/** The variants that an import removes, by the line of the row that leaves them out. */
export interface Removals {
  /** SKUs to remove with a row. @throws {RefusedRow} when orders have reserved some of them */
  skusOf(line: number): ReadonlySet<string>;
  /** Number of variants that a process removed with a row before it died. */
  countEarlier(line: number): number;
  /** Drops the records of refused rows: their variants stay. */
  retract(lines: readonly number[]): Promise<void>;
}

interface RemovalRequest {
  importId: string;
  rows: readonly { row: ImportedRow; product: Readonly<Product> }[];
  /** SKUs in rows of other products. They stay, as those rows may be refused. */
  keep: ReadonlySet<string>;
  again: boolean;
}

/** Removes nothing. */
export const NO_REMOVALS: Removals = { skusOf: () => new Set(), countEarlier: () => 0, retract: async () => {} };

/**
 * Plans the removals of a batch, and records them before they happen: if the process dies in between, no removed variant
 * is missing in the report. Variants that orders have reserved are not removed.
 */
export async function planRemovals(
  rpc: Pick<Rpc, 'call'>,
  { importId, rows, keep, again }: RemovalRequest,
): Promise<Removals> {
  const missingOf = ({ product, row }: RemovalRequest['rows'][number]) =>
    missingSkus(product, row.input).filter((sku) => !keep.has(sku));
  const missing = new Map(rows.map((one) => [one.row.line, missingOf(one)]));
  const stocks = await readQuantities(rpc, [...missing.values()].flat());
  const reserved = (line: number) => (missing.get(line) ?? []).filter((sku) => (stocks.get(sku)?.reserved ?? 0) > 0);
  const planned = rows.flatMap(({ row: { line }, product: { slug } }) =>
    reserved(line).length > 0
      ? []
      : (missing.get(line) ?? []).map((sku) => ({ line, slug, sku, available: stocks.get(sku)?.available ?? 0 })),
  );
  const recorded = again ? await recordedVariants(rpc, importId, [...missing.keys()]) : [];
  for (const some of chunksOf(planned, SKUS_PER_CALL)) {
    await rpc.call('removedVariant.append', { importId, variants: some });
  }
  const earlierCounts = new Map<number, number>();
  for (const { line, sku } of recorded) {
    const product = rows.find(({ row }) => row.line === line)?.product;
    if (product?.variants.some((variant) => variant.sku === sku)) continue;
    earlierCounts.set(line, (earlierCounts.get(line) ?? 0) + 1);
  }
  return {
    skusOf(line) {
      const held = reserved(line);
      if (held.length > 0)
        throw new RefusedRow(`These variants are reserved by orders and cannot be removed: ${held.join(', ')}.`);
      return new Set(missing.get(line));
    },
    countEarlier: (line) => earlierCounts.get(line) ?? 0,
    async retract(lines) {
      const variants = planned.filter(({ line }) => lines.includes(line)).map(({ line, sku }) => ({ line, sku }));
      for (const some of chunksOf(variants, SKUS_PER_CALL)) {
        await rpc.call('removedVariant.retract', { importId, variants: some });
      }
    },
  };
}

/** The SKUs of a product that a row leaves out; none for a row without variants. */
export function missingSkus(product: { variants: readonly { sku: string }[] }, { variants }: RowInput): string[] {
  if (!variants) return [];
  const listed = new Set(variants.map(({ sku }) => sku));
  return product.variants.flatMap(({ sku }) => (listed.has(sku) ? [] : [sku]));
}

/** The variants that are recorded as removed with these lines. */
async function recordedVariants(rpc: Pick<Rpc, 'call'>, importId: string, lines: readonly number[]) {
  const recorded: { line: number; sku: string }[] = [];
  for (const some of chunksOf(lines, LINES_PER_CALL)) {
    recorded.push(...(await rpc.call('removedVariant.ofLines', { importId, lines: some })));
  }
  return recorded;
}

async function readQuantities(rpc: Pick<Rpc, 'call'>, skus: readonly string[]) {
  const stocks = new Map<string, { available: number; reserved: number }>();
  for (const some of chunksOf(skus, SKUS_PER_CALL)) {
    for (const { sku, ...stock } of await rpc.call('inventory.quantities', { skus: some })) stocks.set(sku, stock);
  }
  return stocks;
}
