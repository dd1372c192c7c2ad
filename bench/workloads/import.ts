import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import { bulkProducts } from '../../services/product/seed/bulk.ts';
import { toProduct } from '../../services/product/seed/load.ts';
import { Operator } from '../../test/support/operator.ts';
import type { Run, Workload } from '../load/measure.ts';
import type { Pids } from '../targets/cpu.ts';
import type { BenchSetup } from './setup.ts';

/** An import of a file by the cluster, compared with a script that inserts as many products into its MongoDB. */

const FILE_ROWS = 10_000;
const BATCH_ROWS = 500;
const PASSWORD = 'correct horse battery staple';

export async function importWorkload({ cluster }: BenchSetup): Promise<Workload> {
  if (!cluster) throw new Error('this workload needs --shops with cluster');
  const { url, mongoUrl, topology, prefix, pids } = cluster;
  const operator = await Operator.at(topology(), prefix);
  const email = 'importer@example.com';
  await operator.appoint(email, PASSWORD);
  const { accessToken } = await requestJson(
    url,
    'POST',
    '/v1/auth/login',
    JSON.stringify({ email, password: PASSWORD }),
  );
  const client = new MongoClient(mongoUrl, { writeConcern: { w: 'majority', journal: true } });
  await client.connect();
  let made = 0;
  let last = '';

  const file = async (): Promise<string> => {
    const lines: string[] = [];
    for await (const sample of bulkProducts(FILE_ROWS, 'EUR', made)) lines.push(lineOf(sample));
    made += FILE_ROWS;
    return lines.join('\n');
  };

  async function run(lines: string, expected: 'created' | 'unchanged'): Promise<Run> {
    const before = productMemoryOf(pids());
    let most = 0;
    const began = performance.now();
    const job = await requestJson(url, 'POST', '/v1/admin/imports', lines, accessToken, 'application/x-ndjson');
    let state = job;
    while (state.status !== 'done' && state.status !== 'failed') {
      await sleep(100);
      const now = productMemoryOf(pids());
      most = Math.max(most, ...Object.entries(now).map(([name, size]) => size - (before[name] ?? size)));
      state = await requestJson(url, 'GET', `/v1/admin/imports/${job.id}`, undefined, accessToken);
    }
    const seconds = (performance.now() - began) / 1000;
    const wrong = state[expected] === FILE_ROWS ? [] : [JSON.stringify(state).slice(0, 300)];
    return {
      ...{ rate: FILE_ROWS / seconds, p50: Number.NaN, p99: Number.NaN, count: FILE_ROWS },
      ...{ errors: wrong.length, samples: wrong },
      notes: [`the process that grew most grew by ${most.toFixed(0)} MB, the projection of the new products included`],
    };
  }

  return {
    name: 'import',
    title: `import of ${FILE_ROWS.toLocaleString('en')} products`,
    contenders: [
      {
        name: 'driver',
        pids: cluster.databasePids,
        run: () => insertBare(client, made),
      },
      {
        name: 'new',
        pids,
        async run() {
          last = await file();
          return run(last, 'created');
        },
      },
      { name: 'again', pids, run: () => run(last, 'unchanged') },
    ],
    async done() {
      await client.close();
      await operator.leave();
    },
  };
}

/** The baseline: inserts the products only, with the same unique keys. */
async function insertBare(client: MongoClient, from: number): Promise<Run> {
  const products = client.db('bench-import').collection<{ _id: string }>(`products-${from}-${Date.now()}`);
  await products.createIndex({ slug: 1 }, { unique: true });
  await products.createIndex({ 'variants.sku': 1 }, { unique: true });
  await products.createIndex({ updatedAt: 1, _id: 1, rev: 1 });
  const all: { _id: string }[] = [];
  for await (const sample of bulkProducts(FILE_ROWS, 'EUR', from)) all.push(toProduct(sample));
  const began = performance.now();
  for (let at = 0; at < all.length; at += BATCH_ROWS) await products.insertMany(all.slice(at, at + BATCH_ROWS));
  const rate = FILE_ROWS / ((performance.now() - began) / 1000);
  await products.drop();
  return { rate, p50: Number.NaN, p99: Number.NaN, count: FILE_ROWS, errors: 0 };
}

function lineOf(sample: Parameters<typeof toProduct>[0]): string {
  const { slug, title, description, brand, category, attributes, taxClass, popularity, variants } = toProduct(sample);
  return JSON.stringify({
    ...{ slug, title, description, brand, category, attributes, taxClass, popularity, variants, status: 'active' },
  });
}

/** The fields of answers that are used here. */
interface JsonAnswer {
  accessToken: string;
  id: string;
  status: string;
  created: number;
  unchanged: number;
}

async function requestJson(
  url: string,
  method: string,
  path: string,
  body?: string,
  token?: string,
  type?: string,
): Promise<JsonAnswer> {
  const answer = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': type ?? 'application/json' }),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    ...(body === undefined ? {} : { body }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text);
}

/** Resident memory of the product nodes that run, in MB. */
function productMemoryOf(pids: Pids): Record<string, number> {
  const entries = Object.entries(pids).flatMap(([name, pid]) => {
    try {
      const [, kilobytes = '0'] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return [[name, Number(kilobytes) / 1000] as const];
    } catch {
      return [];
    }
  });
  return Object.fromEntries(entries.filter(([name]) => name.startsWith('product')));
}
