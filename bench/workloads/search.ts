import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { bulkProducts } from '../../services/product/seed/bulk.ts';
import { stockOf, toProduct } from '../../services/product/seed/load.ts';
import { ranges } from '../../services/product/seed/ranges/index.ts';
import { load, spread } from '../load/http-load.ts';
import type { Run, Workload } from '../load/measure.ts';
import { type BenchCluster, measureProjection, type Single, startSingle } from '../targets/targets.ts';
import type { BenchSetup } from './setup.ts';

/** Speed of lists and searches with many products. Sent as staff, whose requests bypass the gateway's near-cache. */

const FEW_PRODUCTS = 1000;
const MANY_PRODUCTS = 100_000;
const BATCH_PRODUCTS = 1000;

/** The first page of each category by price, with many products compared with few. */
export async function flatWorkload(setup: BenchSetup): Promise<Workload> {
  const paths = ranges.map(({ slug }) => `/v1/products?category=${slug}&sort=price&limit=20`);
  const contenders = [];
  for (const count of [FEW_PRODUCTS, MANY_PRODUCTS]) {
    const shop = await shopWith(setup, count);
    const lists = spread(paths, await shop.asStaff());
    const run = (seconds: number) => load(shop.url, lists, seconds);
    contenders.push({ name: `${count.toLocaleString('en')} products`, pids: shop.pids, run });
  }
  return { name: 'list-flat', title: 'list of 20 by category and price', contenders };
}

/** Queries of shoppers: from one letter to a whole title, and filters. */
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

/** Searches with all facets in many products. */
export async function searchWorkload(setup: BenchSetup): Promise<Workload> {
  const shop = await shopWith(setup, MANY_PRODUCTS);
  const paths = QUERIES.map((query) => `/v1/products?${query}&limit=20&${FACETS}`);
  const lists = spread(paths, await shop.asStaff());
  // Sequential requests, to measure a search without the queue before it.
  const [one = []] = lists;
  return {
    name: 'search',
    title: `search with facets, ${MANY_PRODUCTS.toLocaleString('en')} products`,
    contenders: [
      { name: 'one at a time', pids: shop.pids, run: (seconds) => load(shop.url, [one], seconds) },
      { name: 'all at a time', pids: shop.pids, run: (seconds) => load(shop.url, lists, seconds) },
    ],
  };
}

/** A product node that starts and follows a change to every product, compared with a node without products. */
export async function projectionWorkload(setup: BenchSetup): Promise<Workload> {
  const { mongoUrl, prefix } = await databaseWith(setup, MANY_PRODUCTS);
  const run = async (): Promise<Run> => {
    const empty = await measureProjection(mongoUrl, 'bench-empty-', join(setup.resources.folder, 'empty'));
    const full = await measureProjection(mongoUrl, prefix, join(setup.resources.folder, 'full'));
    const ms = (value: number) => `${value.toFixed(0)} ms`;
    return {
      rate: MANY_PRODUCTS / (full.ready / 1000),
      p50: full.ready,
      p99: full.ready,
      count: MANY_PRODUCTS,
      errors: 0,
      figures: { readyS: full.ready / 1000, memoryMb: full.rss - empty.rss },
      notes: [
        `ready ${ms(full.ready)} after the start, an empty one ${ms(empty.ready)}; ${(full.rss - empty.rss).toFixed(0)} MB above it`,
        `event loop blocked for ${ms(full.blockedBuilding)} at most while building, ${ms(full.blockedUpdating)} while updating`,
        `behind a change to all products by ${ms(full.behind)}`,
      ],
    };
  };
  const contenders = [{ name: 'product node', pids: () => ({}), run }];
  const title = `projection of ${MANY_PRODUCTS.toLocaleString('en')} products`;
  return { name: 'projection', title, order: 'once', contenders }; // each run starts processes of its own
}

/** Databases and shops by their number of products, each created once. */
const databases = new Map<number, Promise<Database>>();
const shops = new Map<number, Promise<Single>>();

interface Database {
  name: string;
  mongoUrl: string;
  prefix: string;
}

function shopWith(setup: BenchSetup, count: number): Promise<Single> {
  const { resources } = setup;
  const make = async () => {
    const { name } = await databaseWith(setup, count);
    return resources.use(startSingle(name, join(resources.folder, name), clusterOf(setup)));
  };
  const made = shops.get(count) ?? make();
  shops.set(count, made);
  return made;
}

function clusterOf({ cluster }: BenchSetup): BenchCluster {
  if (!cluster) throw new Error('this workload needs --shops with cluster, whose MongoDB it uses');
  return cluster;
}

function databaseWith(setup: BenchSetup, count: number): Promise<Database> {
  const { mongoUrl } = clusterOf(setup);
  const { resources } = setup;
  const name = `with-${count}`;
  const prefix = `bench-${name}-`;
  const make = async () => {
    // Creates the indexes on the empty database; with all products it would exceed the node's time-out.
    await measureProjection(mongoUrl, prefix, join(resources.folder, `${name}-empty`));
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
      if (batch.length < BATCH_PRODUCTS) continue;
      await insert(batch);
      batch = [];
    }
    if (batch.length > 0) await insert(batch);
  } finally {
    await client.close();
  }
}

type Sample = Parameters<typeof toProduct>[0];
