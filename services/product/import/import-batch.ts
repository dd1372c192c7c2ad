import { isDeepStrictEqual } from 'node:util';
import type { Rpc } from '../../../lib/contract/contract.ts';
import { mapConcurrently } from '../../../lib/process/concurrency.ts';
import { RefusedPatch } from '../../../mixins/store/changes.ts';
import { newId } from '../../shared/ids.ts';
import { openStock, stockToOpen } from '../inventory/open-stock.ts';
import { createProduct } from '../product/edit.ts';
import type { Product } from '../product/product.ts';
import type { ProductService } from '../product/product-service.ts';
import { findConflict } from '../product/unique-names.ts';
import { applyRows, type RowChange } from './apply-rows.ts';
import { RefusedRow } from './format/row.ts';
import type { RowInput } from './import-input.ts';
import type { ImportedRow } from './imported-row.ts';
import { outcomeOfError, type RowOutcome } from './outcome.ts';
import { NO_REMOVALS, planRemovals, type Removals } from './removals.ts';
import { newProductInput } from './row-edit.ts';

const MAX_CONCURRENT_CHANGES = 50;

interface Batch {
  importId: string;
  /** A slug occurs at most once, and so does the SKU of a row without a slug. */
  rows: readonly ImportedRow[];
  /** Whether another process may have imported a part of it before it died. */
  again: boolean;
  /** Whether to remove the variants that a product's row leaves out. */
  removeMissing: boolean;
  /** SKUs that stay nevertheless: other rows of the file have them. */
  keep?: readonly string[] | undefined;
}

type NewProduct = Omit<Product, 'rev'>;
type NewRow = readonly [row: ImportedRow, product: NewProduct];
interface KnownRow {
  row: ImportedRow;
  product: Product;
}
type Outcomes = Map<ImportedRow, RowOutcome>;

/**
 * Creates the new products of a batch, and changes the existing ones where a row differs. Idempotent. A row refers to
 * its product by slug, or by the SKU of its variant.
 */
export async function importBatch(
  service: ProductService,
  rpc: Pick<Rpc, 'call'>,
  { importId, rows, again, removeMissing, keep = [] }: Batch,
): Promise<RowOutcome[]> {
  const outcomes: Outcomes = new Map();
  const { fresh, known } = await sortRows(service, rpc, rows, removeMissing, outcomes);
  const created = await insertProducts(service, fresh, outcomes);
  const removals = removeMissing
    ? await planRemovals(rpc, { importId, rows: known, keep: new Set(keep), again })
    : NO_REMOVALS;
  const restocked = await changeProducts(service, known, removals, outcomes);
  await removals.retract(rows.flatMap((row) => (outcomes.get(row)?.kind === 'refused' ? [row.line] : [])));
  // A process that died may have created or changed these products without opening their stock.
  const earlier = again ? known.map(({ product }) => product) : [];
  const products = [...earlier, ...created, ...restocked];
  await Promise.all([openStock(service.broker, products.flatMap(stockToOpen)), service.announceNew(created)]);
  return rows.map((row) => outcomes.get(row) ?? { kind: 'unchanged' });
}

/** Sorts rows into those of new products and those of existing ones; `outcomes` gets the refused rows. */
async function sortRows(
  service: ProductService,
  rpc: Pick<Rpc, 'call'>,
  rows: readonly ImportedRow[],
  removeMissing: boolean,
  outcomes: Outcomes,
): Promise<{ fresh: NewRow[]; known: KnownRow[] }> {
  const findProduct = await productFinder(service, rows);
  const checkCategory = categoryChecker(rpc);
  const { currencies } = service.shop;
  const now = new Date();
  const fresh: NewRow[] = [];
  const known: KnownRow[] = [];
  for (const row of rows) {
    const { slug, category, variants = [] } = row.input;
    const product = findProduct(row.input);
    try {
      if (removeMissing && slug === undefined) throw new RefusedRow('removeMissing needs the slug of each product.');
      if (!product && slug === undefined) throw new RefusedRow(`There is no variant with the SKU ${variants[0]?.sku}.`);
      if (category !== undefined && product?.category !== category) await checkCategory(category);
      if (product) known.push({ row, product });
      else fresh.push([row, createProduct(newId('prd', now), newProductInput(row.input, currencies), currencies, now)]);
    } catch (error) {
      outcomes.set(row, outcomeOfError(error));
    }
  }
  return { fresh, known };
}

/** Reads the existing products of rows. @returns a lookup by the slug or SKU of a row */
async function productFinder({ store }: ProductService, rows: readonly ImportedRow[]) {
  const slugs = rows.flatMap(({ input: { slug } }) => slug ?? []);
  const skus = rows.flatMap(({ input: { slug, variants } }) => (slug === undefined ? (variants?.[0]?.sku ?? []) : []));
  const bySlug = new Map((await store.find({ slug: { $in: slugs } })).map((product) => [product.slug, product]));
  const bySku = new Map<string, Product>();
  for (const product of skus.length > 0 ? await store.find({ 'variants.sku': { $in: skus } }) : []) {
    for (const { sku } of product.variants) bySku.set(sku, bySlug.get(product.slug) ?? product);
  }
  return ({ slug, variants }: RowInput) =>
    slug === undefined ? bySku.get(variants?.[0]?.sku ?? '') : bySlug.get(slug);
}

/** A check that a category exists, with one call for each category. */
function categoryChecker(rpc: Pick<Rpc, 'call'>): (slug: string) => Promise<unknown> {
  const checks = new Map<string, Promise<unknown>>();
  return (slug) => {
    const check = checks.get(slug) ?? rpc.call('category.exists', { slug });
    check.catch(() => {}); // its callers handle the error
    checks.set(slug, check);
    return check;
  };
}

/** Inserts new products. @returns the inserted ones; `outcomes` gets the outcomes of all */
async function insertProducts(
  { store }: ProductService,
  fresh: readonly NewRow[],
  outcomes: Outcomes,
): Promise<Product[]> {
  const isAllNew = (await store.insertNew(fresh.map(([, product]) => product))) === fresh.length;
  const ids = fresh.map(([, { _id }]) => _id);
  const stored = isAllNew ? [] : await store.find({ _id: { $in: ids } }, { fields: ['_id'] });
  const inserted = new Set(isAllNew ? ids : stored.map(({ _id }) => _id));
  const conflicts = fresh.filter(([, { _id }]) => !inserted.has(_id));
  await Promise.all(
    conflicts.map(async ([row, product]) => outcomes.set(row, outcomeOfError(await findConflict(product, store)))),
  );
  const created = fresh.filter(([, { _id }]) => inserted.has(_id));
  for (const [row] of created) outcomes.set(row, { kind: 'created' });
  return created.map(([, product]) => ({ ...product, rev: 0 }));
}

/** Changes existing products. @returns those with other SKUs than before; `outcomes` gets the outcomes of all rows */
async function changeProducts(
  service: ProductService,
  known: readonly KnownRow[],
  removals: Removals,
  outcomes: Outcomes,
): Promise<Product[]> {
  const changesOf = new Map<Product, Map<ImportedRow, RowChange>>();
  for (const { row, product } of known) {
    try {
      const changes = changesOf.get(product) ?? new Map<ImportedRow, RowChange>();
      changesOf.set(product, changes.set(row, { ...row, removed: removals.skusOf(row.line) }));
    } catch (error) {
      outcomes.set(row, outcomeOfError(error));
    }
  }
  const restocked = await mapConcurrently([...changesOf], MAX_CONCURRENT_CHANGES, async ([product, changes]) => {
    const { after, outcomes: found } = await changeProduct(service, product, [...changes.values()]);
    for (const [n, row] of [...changes.keys()].entries()) {
      outcomes.set(row, withEarlierRemovals(found[n] ?? { kind: 'unchanged' }, removals.countEarlier(row.line)));
    }
    return hasSameSkus(product, after) ? [] : [after];
  });
  return restocked.flat();
}

async function changeProduct(
  { store, shop: { currencies } }: ProductService,
  product: Product,
  changes: readonly RowChange[],
): Promise<{ after: Product; outcomes: RowOutcome[] }> {
  const { answer, patch } = applyRows(product, changes, currencies, new Date());
  if (!patch) return { after: product, outcomes: answer.outcomes };
  try {
    const applied = await store.change(product._id, (latest, now) => applyRows(latest, changes, currencies, now));
    return { after: applied.product, outcomes: applied.outcomes };
  } catch (error) {
    const isTaken = error instanceof RefusedPatch && error.isDuplicate;
    const variants = changes.flatMap(({ input }) => input.variants ?? []);
    const outcome = outcomeOfError(isTaken ? await findConflict({ _id: product._id, variants }, store) : error);
    return { after: product, outcomes: changes.map(() => outcome) };
  }
}

function hasSameSkus(before: Product, after: Product): boolean {
  const skusOf = ({ variants }: Product) => variants.map(({ sku }) => sku).sort();
  return isDeepStrictEqual(skusOf(before), skusOf(after));
}

/** Adds the variants that were removed before the first process died. */
function withEarlierRemovals(outcome: RowOutcome, count: number): RowOutcome {
  if (outcome.kind === 'refused' || count === 0) return outcome;
  return { kind: 'updated', removed: count + (outcome.removed ?? 0) };
}
