import { isDeepStrictEqual } from 'node:util';
import type { Rpc } from '../../../lib/contract/contract.ts';
import { RefusedPatch } from '../../../mixins/store/changes.ts';
import { newId } from '../../shared/ids.ts';
import { createProduct } from '../product/edit.ts';
import type { Product } from '../product/product.ts';
import type { ProductService } from '../product/product-service.ts';
import { findConflict } from '../product/unique-names.ts';
import { applyRows, type Change } from './apply-rows.ts';
import { RefusedRow } from './format/row.ts';
import type { Input } from './import-input.ts';
import type { ImportedRow } from './imported-row.ts';
import { type RowOutcome, refusal } from './outcome.ts';
import { NO_REMOVALS, planRemovals } from './removals.ts';
import { newProductOf } from './row-edit.ts';

/** Changes that are written at the same time. */
const AT_ONCE = 50;

interface Batch {
  importId: string;
  /** Each slug, and each SKU without a slug, may be there once. */
  rows: readonly ImportedRow[];
  /** Whether it may have been done before, by a process that died before all of it was done. */
  again: boolean;
  /** Whether variants go that a product's row leaves out. */
  removeMissing: boolean;
  /** But for these, which stand elsewhere in the file. */
  keep?: readonly string[] | undefined;
}

/**
 * Takes in what rows say of products, by slug or by the SKU of a variant: new products are inserted together, others are
 * changed where they are different. Again, it changes nothing.
 */
export async function importBatch(
  service: ProductService,
  rpc: Pick<Rpc, 'call'>,
  { importId, rows, again, removeMissing, keep = [] }: Batch,
): Promise<RowOutcome[]> {
  const productOf = await find(service, rows);
  const isCategory = categories(rpc);
  const outcomes = new Map<ImportedRow, RowOutcome>();
  const fresh: [ImportedRow, Omit<Product, 'rev'>][] = [];
  const known: { row: ImportedRow; product: Product }[] = [];
  const touched: Omit<Product, 'rev'>[] = [];
  const now = new Date();
  for (const row of rows) {
    const { slug, category, variants = [] } = row.input;
    const product = productOf(row.input);
    try {
      if (removeMissing && slug === undefined) throw new RefusedRow('removeMissing needs the slug of each product.');
      if (!product && slug === undefined) throw new RefusedRow(`There is no variant with the SKU ${variants[0]?.sku}.`);
      if (category !== undefined && product?.category !== category) await isCategory(category);
      if (product) known.push({ row, product });
      else {
        const { currencies } = service.shop;
        fresh.push([row, createProduct(newId('prd', now), newProductOf(row.input, currencies), currencies, now)]);
      }
      if (product && again) touched.push(product);
    } catch (error) {
      outcomes.set(row, refusal(error));
    }
  }
  const made: Product[] = [];
  for (const [row, product, outcome] of await insertAll(service, fresh)) {
    outcomes.set(row, outcome);
    if (outcome.kind === 'created') made.push({ ...product, rev: 0 });
  }
  touched.push(...made);
  const planned = { importId, rows: known, keep: new Set(keep), again };
  const removals = removeMissing ? await planRemovals(rpc, planned) : NO_REMOVALS;
  const changes = new Map<Product, Map<ImportedRow, Change>>();
  for (const { row, product } of known) {
    try {
      const ofProduct = changes.get(product) ?? new Map<ImportedRow, Change>();
      changes.set(product, ofProduct.set(row, { ...row, removed: removals.of(row.line) }));
    } catch (error) {
      outcomes.set(row, refusal(error));
    }
  }
  const all = [...changes];
  for (let at = 0; at < all.length; at += AT_ONCE) {
    await Promise.all(
      all.slice(at, at + AT_ONCE).map(async ([product, ofProduct]) => {
        const found = await change(service, product, [...ofProduct.values()], touched);
        for (const [i, row] of [...ofProduct.keys()].entries()) {
          outcomes.set(row, withRemoved(found[i] ?? { kind: 'unchanged' }, removals.doneBefore(row.line)));
        }
      }),
    );
  }
  await removals.takeBack(rows.flatMap((row) => (outcomes.get(row)?.kind === 'refused' ? [row.line] : [])));
  await Promise.all([openAll(service, touched), service.added(made)]);
  return rows.map((row) => outcomes.get(row) ?? { kind: 'unchanged' });
}

/** With variants that went already, before the process died that removed them. */
function withRemoved(outcome: RowOutcome, count: number): RowOutcome {
  if (outcome.kind === 'refused' || count === 0) return outcome;
  return { kind: 'updated', removed: count + (outcome.removed ?? 0) };
}

/** The product that a row is about, if it is there. */
async function find({ store }: ProductService, rows: readonly ImportedRow[]) {
  const slugs = rows.flatMap(({ input: { slug } }) => slug ?? []);
  const skus = rows.flatMap(({ input: { slug, variants } }) => (slug === undefined ? (variants?.[0]?.sku ?? []) : []));
  const bySlug = new Map((await store.find({ slug: { $in: slugs } })).map((product) => [product.slug, product]));
  const bySku = new Map<string, Product>();
  for (const product of skus.length > 0 ? await store.find({ 'variants.sku': { $in: skus } }) : []) {
    for (const { sku } of product.variants) bySku.set(sku, bySlug.get(product.slug) ?? product);
  }
  return ({ slug, variants }: Input) => (slug === undefined ? bySku.get(variants?.[0]?.sku ?? '') : bySlug.get(slug));
}

async function insertAll(
  { store }: ProductService,
  fresh: readonly (readonly [ImportedRow, Omit<Product, 'rev'>])[],
): Promise<[ImportedRow, Omit<Product, 'rev'>, RowOutcome][]> {
  const products = fresh.map(([, product]) => product);
  const isAll = (await store.insertNew(products)) === products.length;
  const ids = products.map(({ _id }) => _id);
  const there = isAll
    ? undefined
    : new Set((await store.find({ _id: { $in: ids } }, { fields: ['_id'] })).map(({ _id }) => _id));
  return Promise.all(
    fresh.map(async ([row, product]) => {
      const isThere = !there || there.has(product._id);
      return [row, product, isThere ? { kind: 'created' } : refusal(await findConflict(product, store))];
    }),
  );
}

/** Makes the changes of one product. */
async function change(
  service: ProductService,
  product: Product,
  changes: readonly Change[],
  touched: Omit<Product, 'rev'>[],
): Promise<RowOutcome[]> {
  const { store, shop } = service;
  const { answer, patch } = applyRows(product, changes, shop.currencies, new Date());
  if (!patch) return answer.outcomes;
  try {
    const { product: after, outcomes } = await store.change(product._id, (found, now) =>
      applyRows(found, changes, shop.currencies, now),
    );
    const skus = (all: Product['variants']) => all.map(({ sku }) => sku).sort();
    if (!isDeepStrictEqual(skus(product.variants), skus(after.variants))) touched.push(after);
    return outcomes;
  } catch (error) {
    const isTaken = error instanceof RefusedPatch && error.isDuplicate;
    const variants = changes.flatMap(({ input }) => input.variants ?? []);
    const outcome = refusal(isTaken ? await findConflict({ _id: product._id, variants }, store) : error);
    return changes.map(() => outcome);
  }
}

/** Sees to it that each SKU has a stock. */
async function openAll({ broker }: ProductService, products: readonly Omit<Product, 'rev'>[]): Promise<void> {
  const items = products.flatMap(({ _id: productId, variants }) => variants.map(({ sku }) => ({ sku, productId })));
  for (let at = 0; at < items.length; at += 1000) {
    await broker.call('inventory.open', { items: items.slice(at, at + 1000) });
  }
}

/** Asks once for each category. */
function categories(rpc: Pick<Rpc, 'call'>): (slug: string) => Promise<unknown> {
  const asked = new Map<string, Promise<unknown>>();
  return (slug) => {
    const answer = asked.get(slug) ?? rpc.call('category.exists', { slug });
    answer.catch(() => {}); // whoever waits for it is told
    asked.set(slug, answer);
    return answer;
  };
}
