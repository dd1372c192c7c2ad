import { isDeepStrictEqual } from 'node:util';
import { RefusedPatch } from '../../../lib/changes.ts';
import type { Rpc } from '../../../lib/contract.ts';
import { type FieldError, PROBLEMS, type ProblemCode } from '../../../lib/errors.ts';
import { newId } from '../../../lib/ids.ts';
import { created, edited } from '../edit.ts';
import type { Product } from '../product.ts';
import type { ProductService } from '../product-service.ts';
import { takenBy } from '../taken.ts';
import { type Input, shortened } from './row.ts';

/** What came of a row. */
export type Outcome = { kind: 'created' | 'updated' | 'unchanged' } | { kind: 'refused'; detail: string };

/** Changes that are written at the same time. */
const AT_ONCE = 50;

/**
 * Takes in products that staff says all of, by slug: new ones are inserted together, others are changed where they are
 * different. Again, it changes nothing. Each slug may be there once.
 * @param again whether it may have been done before, by a process that died before all of it was done
 */
export async function importBatch(
  service: ProductService,
  rpc: Pick<Rpc, 'call'>,
  inputs: readonly Input[],
  again: boolean,
): Promise<Outcome[]> {
  const slugs = inputs.map(({ slug }) => slug);
  const known = new Map((await service.store.find({ slug: { $in: slugs } })).map((product) => [product.slug, product]));
  const isCategory = categories(rpc);
  const outcomes = new Map<Input, Outcome>();
  const fresh: [Input, Omit<Product, 'rev'>][] = [];
  const different: [Input, Product][] = [];
  const touched: Omit<Product, 'rev'>[] = [];
  const now = new Date();
  for (const input of inputs) {
    const found = known.get(input.slug);
    try {
      if (found?.category !== input.category) await isCategory(input.category);
      if (!found) fresh.push([input, created(newId('prd', now), input, service.shop.currencies, now)]);
      else if (editOf(service, input, found, now).patch) different.push([input, found]);
      else outcomes.set(input, { kind: 'unchanged' });
      if (found && again) touched.push(found);
    } catch (error) {
      outcomes.set(input, refusal(error));
    }
  }
  const made: Product[] = [];
  for (const [input, product, outcome] of await insertAll(service, fresh)) {
    outcomes.set(input, outcome);
    if (outcome.kind === 'created') made.push({ ...product, rev: 0 });
  }
  touched.push(...made);
  for (let at = 0; at < different.length; at += AT_ONCE) {
    await Promise.all(
      different.slice(at, at + AT_ONCE).map(async ([input, product]) => {
        outcomes.set(input, await change(service, input, product, touched));
      }),
    );
  }
  await Promise.all([openAll(service, touched), service.added(made)]);
  return inputs.map((input) => outcomes.get(input) ?? { kind: 'unchanged' });
}

/** What a row says, of a product that is there: pictures of variants stay where it says nothing of them. */
function editOf({ shop }: ProductService, { variants, ...fields }: Input, product: Readonly<Product>, now: Date) {
  const images = new Map(product.variants.map(({ sku, image }) => [sku, image]));
  const said = variants.map(({ image, ...variant }) => {
    const shown = image ?? images.get(variant.sku);
    return { ...variant, ...(shown === undefined ? {} : { image: shown }) };
  });
  return edited(product, { ...fields, variants: said }, undefined, shop.currencies, now);
}

async function insertAll(
  { store }: ProductService,
  fresh: readonly (readonly [Input, Omit<Product, 'rev'>])[],
): Promise<[Input, Omit<Product, 'rev'>, Outcome][]> {
  const products = fresh.map(([, product]) => product);
  const isAll = (await store.insertNew(products)) === products.length;
  const ids = products.map(({ _id }) => _id);
  const there = isAll
    ? undefined
    : new Set((await store.find({ _id: { $in: ids } }, { fields: ['_id'] })).map(({ _id }) => _id));
  return Promise.all(
    fresh.map(async ([input, product]) => {
      const isThere = !there || there.has(product._id);
      return [input, product, isThere ? { kind: 'created' } : refusal(await takenBy(product, store))];
    }),
  );
}

async function change(
  service: ProductService,
  input: Input,
  { _id: id, variants }: Product,
  touched: Omit<Product, 'rev'>[],
): Promise<Outcome> {
  try {
    const { product, isNew } = await service.store.change(id, (product, now) => {
      const { answer, patch } = editOf(service, input, product, now);
      return { answer: { product: answer, isNew: patch !== undefined }, ...(patch ? { patch } : {}) };
    });
    const skus = (all: Product['variants']) => all.map(({ sku }) => sku).sort();
    if (!isDeepStrictEqual(skus(variants), skus(product.variants))) touched.push(product);
    return { kind: isNew ? 'updated' : 'unchanged' };
  } catch (error) {
    const isTaken = error instanceof RefusedPatch && error.duplicate;
    return refusal(isTaken ? await takenBy({ _id: id, ...input }, service.store) : error);
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

/** What a rule says no to is the row's fault; anything else, such as a database out of reach, is not. */
function refusal(error: unknown): Outcome {
  const { type, message = '', data } = error as { type?: unknown; message?: string; data?: { errors?: FieldError[] } };
  const isKnown = typeof type === 'string' && Object.hasOwn(PROBLEMS, type) && type !== 'unavailable';
  if (!isKnown) throw error;
  const fields = data?.errors?.map(({ pointer, detail }) => `${pointer}: ${detail}`);
  const said = fields ?? [`${PROBLEMS[type as ProblemCode].title}.`, message];
  return { kind: 'refused', detail: shortened(said.join(' ')) };
}
