import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../lib/process/config.ts';
import { startCluster } from './cluster.ts';
import { Operator } from './operator.ts';
import { customersWithTwoLines, streamCartUpdates, streamOrders } from './order-stream.ts';
import { CostMeter, type Counts, meteredCluster } from './request-costs.ts';
import { sampleStock } from './sample.ts';

/** A cluster whose commands to its database and messages are counted. */
export interface MeteredShop {
  /** Commands and messages of a second without requests, of all nodes together. */
  atRest: Counts;
  nodes: number;
  /** Costs of one cart update, and of one order of two lines with all that follows, when so many come at a time. */
  costsOf(requests: number, inFlight: number): Promise<{ cartUpdate: Counts; order: Counts }>;
  stop(): Promise<void>;
}

const SKUS = 100;
const STOCK_PIECES = 1_000_000;
/** Orders before the first measurement, so that caches are warm and connections open. */
const WARM_UP_ORDERS = 32;

/** Each customer changes the cart so often, so that the costs of a moment do not hide those of the updates. */
const CART_UPDATES_EACH = 3;

export async function startMeteredShop(more: Record<string, string> = {}): Promise<MeteredShop> {
  const prefix = `metered-${process.pid}-`;
  const TOKEN_SECRET = randomBytes(32).toString('base64url');
  const { env, metricsUrls } = await meteredCluster();
  const cluster = await startCluster({ env: { ...more, ...env, DATABASE_PREFIX: prefix, SEED: 'true', TOKEN_SECRET } });
  try {
    const { natsSystemUrl, mongoUrl, url, nodes } = cluster.topology();
    if (!natsSystemUrl) throw new Error('messages are counted by the system account of NATS');
    const skus = [...(await sampleStock()).keys()].slice(0, SKUS);
    const operator = await Operator.at(cluster.topology(), prefix);
    await operator.stockUp(skus, STOCK_PIECES);
    await operator.leave();
    const shop = { url, config: loadConfig({ MONGO_URL: mongoUrl, DATABASE_PREFIX: prefix, TOKEN_SECRET }) };
    await streamOrders(shop, await customersWithTwoLines(shop, skus, WARM_UP_ORDERS), WARM_UP_ORDERS / 2);
    const meter = await CostMeter.of({ natsSystemUrl, metricsUrls });
    return {
      atRest: meter.atRest,
      nodes: nodes.length,
      async costsOf(requests, inFlight) {
        const shoppers = await customersWithTwoLines(shop, skus, requests);
        // The first update of a cart reads what its node has not at hand; the costs are those of the next ones.
        await streamCartUpdates(shoppers, inFlight, 1);
        const cartUpdate = await meter.perRequest(() => streamCartUpdates(shoppers, inFlight, CART_UPDATES_EACH));
        const order = await meter.perRequest(() => streamOrders(shop, shoppers, inFlight));
        return { cartUpdate, order };
      },
      async stop() {
        await cluster.stop();
      },
    };
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
