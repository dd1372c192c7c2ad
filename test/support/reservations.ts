import { setTimeout as sleep } from 'node:timers/promises';
import { MongoClient } from 'mongodb';
import type { Rpc } from '../../lib/contract/contract.ts';
import { addQuantities, sumLog, sumMovements, trimmedThrough } from '../../services/product/inventory/ledger.ts';
import { movementsIn, type StoredMovements } from '../../services/product/inventory/movement-block.ts';
import { logOf, type Stock } from '../../services/product/inventory/stock.ts';
import { newId } from '../../services/shared/ids.ts';

/** Clients that reserve one piece after the other, and repeat a reservation under its id until it has an answer. */
export class Reservers {
  /** The SKU of each reservation that was acknowledged, by its id. */
  readonly acknowledged = new Map<string, string>();
  /** How long each took, in ms, repetitions included. */
  readonly times: number[] = [];
  readonly unexpected: string[] = [];
  #running = true;
  readonly #clients: Promise<void>[];

  constructor(rpc: Pick<Rpc, 'call'>, skus: readonly string[], clients: number) {
    this.#clients = Array.from({ length: clients }, async (_, client) => {
      for (let i = client; this.#running; i += clients) {
        const [sku, orderId, began] = [skus[i % skus.length] ?? '', newId('ord'), performance.now()];
        const outcome = await insist(() => rpc.call('inventory.reserve', { sku, orderId, quantity: 1 }));
        this.times.push(performance.now() - began);
        if (outcome === 'reserved') this.acknowledged.set(orderId, sku);
        else this.unexpected.push(outcome);
      }
    });
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#clients);
  }
}

async function insist(ask: () => Promise<{ outcome: string }>): Promise<string> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(20)) {
    const answer = await ask().catch(() => undefined);
    if (answer) return answer.outcome;
  }
  return 'no answer for 60 s';
}

/**
 * What is wrong with the stock of SKUs that started with so many pieces: with its numbers, with who holds it, with its
 * movements. Reads the database itself, since a popular SKU with many open orders is more than a message may carry.
 */
export async function wrongStock(
  { mongoUrl, prefix }: { mongoUrl: string; prefix: string },
  skus: readonly string[],
  pieces: number,
  acknowledged: ReadonlyMap<string, string>,
): Promise<string[]> {
  const client = new MongoClient(mongoUrl);
  try {
    const database = client.db(`${prefix}product`);
    const stocks = await database
      .collection<Stock>('stock')
      .find({ _id: { $in: [...skus] } })
      .toArray();
    const wrong: string[] = [];
    const holders = new Map<string, string>();
    for (const stock of stocks) {
      const { _id: sku, available, reserved, sold, res } = stock;
      const held = Object.values(res).reduce((sum, quantity) => sum + quantity, 0);
      if (available + reserved + sold !== pieces || available < 0) wrong.push(`${sku}: ${available} + ${reserved}`);
      if (held !== reserved) wrong.push(`${sku}: ${reserved} reserved, ${held} held`);
      for (const id of Object.keys(res)) {
        if (holders.has(id)) wrong.push(`${id} holds twice`);
        holders.set(id, sku);
      }
      const log = logOf(stock);
      const all = await database
        .collection<StoredMovements>('movements')
        .find({ _id: { $gte: `${sku}:`, $lt: `${sku};` } })
        .toArray();
      const filed = movementsIn(all, { from: 1, below: trimmedThrough(log) + 1 });
      const sums = addQuantities(sumMovements(filed), sumLog(log));
      const same = sums.available === available && sums.reserved === reserved && sums.sold === sold;
      if (filed.length !== trimmedThrough(log) || !same) {
        wrong.push(
          `${sku}: ${filed.length} of ${trimmedThrough(log)} movements, which add up to ${JSON.stringify(sums)}`,
        );
      }
    }
    if (stocks.length !== new Set(skus).size) wrong.push(`${stocks.length} of ${skus.length} SKUs`);
    for (const [id, sku] of acknowledged) if (holders.get(id) !== sku) wrong.push(`${id} was told that it has ${sku}`);
    if (holders.size !== acknowledged.size) wrong.push(`${holders.size} hold, ${acknowledged.size} were told so`);
    return wrong;
  } finally {
    await client.close();
  }
}
