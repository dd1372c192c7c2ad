import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { bulkProducts } from '../services/product/seed/bulk.ts';
import { stockOf, toProduct } from '../services/product/seed/load.ts';
import { ranges } from '../services/product/seed/ranges/index.ts';
import { load, spread } from './http-load.ts';
import type { Run, Workload } from './measure.ts';
import { type Cluster, projectionOf, type Single, startSingle } from './targets.ts';
import type { Field } from './workloads.ts';

/** What finding products costs when there are many. Staff asks: they are answered past the gateway's near-cache. */

const FEW = 1000;
const MANY = 100_000;
const BATCH = 1000;

/** The first pages of each category by price, among many products to among few. */
export async function flatWorkload(field: Field): Promise<Workload> {
  const paths = ranges.map(({ slug }) => `/v1/products?category=${slug}&sort=price&limit=20`);
  const contenders = [];
  for (const count of [FEW, MANY]) {
    const shop = await shopWith(field, count);
    const lists = spread(paths, await shop.asStaff());
    const run = (seconds: number) => load(shop.url, lists, seconds);
    contenders.push({ name: `${count.toLocaleString('en')} products`, pids: shop.pids, run });
  }
  return { name: 'list-flat', title: 'list of 20 by category and price', contenders };
}

/** What shoppers type, from one letter to a whole title, and what they tick. */
const QUERIES = [
  ...[
    'q=merino+sweater',
    'q=headphones',
    'q=sweter',
    'q=wool&category=knitwear',
    'q=oak+desk&sort=price',
    'q=s',
    'q=a',
  ],
  ...['q=kettle&minPrice=2000&maxPrice=9000', 'q=the', 'q=cotton+tee&attr[size]=M', 'q=walnut&inStock=true', 'q=with'],
  ...['category=audio&attr[connection]=Bluetooth', 'attr[colour]=Graphite&attr[colour]=Moss&sort=-price', 'q=lantrn'],
];
const FACETS = 'facets=category,brand,price,rating,inStock,attributes';

/** Searches with all facets among many products. */
export async function searchWorkload(field: Field): Promise<Workload> {
  const shop = await shopWith(field, MANY);
  const paths = QUERIES.map((query) => `/v1/products?${query}&limit=20&${FACETS}`);
  const lists = spread(paths, await shop.asStaff());
  // One after the other: how long one takes, not how long the others in line take.
  const [one = []] = lists;
  return {
    name: 'search',
    title: `search with facets, ${MANY.toLocaleString('en')} products`,
    contenders: [
      { name: 'one at a time', pids: shop.pids, run: (seconds) => load(shop.url, [one], seconds) },
      { name: 'all at a time', pids: shop.pids, run: (seconds) => load(shop.url, lists, seconds) },
    ],
  };
}

/** A product node that comes up, and keeps up with a change to every product, to one without products. */
export async function projectionWorkload(field: Field): Promise<Workload> {
  const { mongoUrl, prefix } = await filled(field, MANY);
  const run = async (): Promise<Run> => {
    const empty = await projectionOf(mongoUrl, 'bench-empty-', join(field.stage.folder, 'empty'));
    const full = await projectionOf(mongoUrl, prefix, join(field.stage.folder, 'full'));
    const ms = (value: number) => `${value.toFixed(0)} ms`;
    return {
      rate: MANY / (full.ready / 1000),
      p50: full.ready,
      p99: full.ready,
      count: MANY,
      errors: 0,
      notes: [
        `ready ${ms(full.ready)} after the start, an empty one ${ms(empty.ready)}; ${(full.rss - empty.rss).toFixed(0)} MB above it`,
        `event loop blocked for ${ms(full.blockedBuilding)} at most while building, ${ms(full.blockedUpdating)} while updating`,
        `behind a change to all products by ${ms(full.behind)}`,
      ],
    };
  };
  const contenders = [{ name: 'product node', pids: () => ({}), run }];
  return { name: 'projection', title: `projection of ${MANY.toLocaleString('en')} products`, contenders };
}

/** Made once for each number of products. */
const databases = new Map<number, Promise<Database>>();
const shops = new Map<number, Promise<Single>>();

interface Database {
  name: string;
  mongoUrl: string;
  prefix: string;
}

function shopWith(field: Field, count: number): Promise<Single> {
  const { stage } = field;
  const make = async () => {
    const { name } = await filled(field, count);
    return stage.use(startSingle(name, join(stage.folder, name), clusterOf(field)));
  };
  const made = shops.get(count) ?? make();
  shops.set(count, made);
  return made;
}

function clusterOf({ cluster }: Field): Cluster {
  if (!cluster) throw new Error('this workload needs --shops with cluster, whose MongoDB it uses');
  return cluster;
}

function filled(field: Field, count: number): Promise<Database> {
  const { mongoUrl } = clusterOf(field);
  const { stage } = field;
  const name = `with-${count}`;
  const prefix = `bench-${name}-`;
  const make = async () => {
    // A node on the empty database makes its indexes: to make them of so many products takes longer than it waits.
    await projectionOf(mongoUrl, prefix, join(stage.folder, `${name}-empty`));
    await fill(mongoUrl, prefix, count);
    return { name, mongoUrl, prefix };
  };
  const made = databases.get(count) ?? make();
  databases.set(count, made);
  return made;
}

async function fill(mongoUrl: string, prefix: string, count: number): Promise<void> {
  const client = new MongoClient(mongoUrl);
  try {
    const database = client.db(`${prefix}product`);
    const insert = async (samples: Sample[]) => {
      const products = samples.map((sample) => ({ ...toProduct(sample), rev: 0 }));
      const stock = samples.flatMap(stockOf).map((one) => ({ ...one, rev: 0 }));
      await Promise.all([
        database.collection<{ _id: string }>('products').insertMany(products, { ordered: false }),
        database.collection<{ _id: string }>('stock').insertMany(stock, { ordered: false }),
      ]);
    };
    let batch: Sample[] = [];
    for await (const product of bulkProducts(count, 'EUR')) {
      batch.push(product);
      if (batch.length < BATCH) continue;
      await insert(batch);
      batch = [];
    }
    if (batch.length > 0) await insert(batch);
  } finally {
    await client.close();
  }
}

type Sample = Parameters<typeof toProduct>[0];
