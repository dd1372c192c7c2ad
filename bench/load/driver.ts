import { randomUUID } from 'node:crypto';
import { type Collection, type Db, MongoClient } from 'mongodb';
import { newId } from '../../services/shared/ids.ts';
import { percentile } from '../report/statistics.ts';
import { IN_FLIGHT, type Run } from './measure.ts';

interface Order {
  _id: string;
  rev: number;
  state: string;
  filler: string;
}

interface Stock {
  _id: string;
  rev: number;
  available: number;
  reserved: number;
  sold: number;
  updatedAt: Date;
}

/** An order of typical size. */
const ORDER_FIELDS = { state: 'PENDING', filler: 'x'.repeat(1200) };
/** Each customer has SKUs of its own, so that no update loses a race. */
const SKUS_PER_CUSTOMER = 30;

/**
 * A script that only does the minimal writes of an order: an insert, two concurrent updates and a compare-and-set, each
 * acknowledged after it is on disk.
 */
export class BareDriver {
  readonly #client: MongoClient;
  readonly #database: Db;
  readonly #orders: Collection<Order>;
  readonly #stock: Collection<Stock>;
  /** The revisions of each customer's stock. */
  readonly #revs = Array.from({ length: IN_FLIGHT }, () => new Array<number>(SKUS_PER_CUSTOMER).fill(0));

  static async start(mongoUrl: string): Promise<BareDriver> {
    const driver = new BareDriver(mongoUrl);
    await driver.#prepare();
    return driver;
  }

  private constructor(mongoUrl: string) {
    const writeConcern = { w: 'majority', journal: true } as const;
    this.#client = new MongoClient(mongoUrl, {
      writeConcern,
      maxPoolSize: 2 * IN_FLIGHT,
      serverSelectionTimeoutMS: 5000,
    });
    this.#database = this.#client.db(`bench-${randomUUID().slice(0, 8)}`);
    this.#orders = this.#database.collection('orders');
    this.#stock = this.#database.collection('stock');
  }

  async #prepare(): Promise<void> {
    for (const collection of [this.#orders, this.#stock]) await collection.createIndex({ _id: 1, rev: 1 });
    const updatedAt = new Date();
    const docs = this.#revs.flatMap((revs, customer) =>
      revs.map((rev, n) => ({ _id: stockId(customer, n), rev, available: 1e6, reserved: 0, sold: 0, updatedAt })),
    );
    await this.#stock.insertMany(docs);
  }

  async run(seconds: number): Promise<Run> {
    const times: number[] = [];
    const began = performance.now();
    const customers = this.#revs.map(async (revs, customer) => {
      for (let n = 0; performance.now() - began < seconds * 1000; n += 2) {
        const asked = performance.now();
        await this.#place(customer, [n % SKUS_PER_CUSTOMER, (n + 1) % SKUS_PER_CUSTOMER], revs);
        times.push(performance.now() - asked);
      }
    });
    await Promise.all(customers);
    const rate = (1000 * times.length) / (performance.now() - began);
    return { rate, p50: percentile(times, 0.5), p99: percentile(times, 0.99), count: times.length, errors: 0 };
  }

  async #place(customer: number, skus: readonly number[], revs: number[]): Promise<void> {
    const _id = newId('ord');
    await this.#orders.insertOne({ _id, rev: 0, ...ORDER_FIELDS });
    const reserve = { $inc: { available: -1, reserved: 1, rev: 1 }, $set: { updatedAt: new Date() } };
    await Promise.all(
      skus.map(async (n) => {
        await requireChanged(this.#stock.updateOne({ _id: stockId(customer, n), rev: revs[n] ?? 0 }, reserve));
        revs[n] = (revs[n] ?? 0) + 1;
      }),
    );
    await requireChanged(this.#orders.updateOne({ _id, rev: 0 }, { $set: { rev: 1, state: 'PAID' } }));
  }

  async stop(): Promise<void> {
    await this.#database.dropDatabase().catch(() => undefined); // the server's data is deleted anyway
    await this.#client.close();
  }
}

const stockId = (customer: number, n: number): string => `SKU-${customer}-${n}`;

async function requireChanged(write: Promise<{ modifiedCount: number }>): Promise<void> {
  if ((await write).modifiedCount !== 1) throw new Error('an update of the bare driver script changed nothing');
}
