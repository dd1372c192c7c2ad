import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceBroker } from 'moleculer';
import type { Broker } from '../../lib/contract/contract.ts';
import { loadConfig } from '../../lib/process/config.ts';
import { brokerOptions } from '../../moleculer.config.ts';
import type { Topology } from '../../scripts/cluster/topology.ts';

/** A node without services on the cluster, from which the shop is prepared and audited. */
export class Operator {
  readonly #broker: ServiceBroker;
  readonly #rpc: Broker;

  private constructor(broker: ServiceBroker) {
    this.#broker = broker;
    this.#rpc = broker as unknown as Broker;
  }

  /** What it calls the shop by. */
  get rpc(): Pick<Broker, 'call'> {
    return this.#rpc;
  }

  static async at({ natsUrl, mongoUrl }: Topology, prefix: string): Promise<Operator> {
    const config = loadConfig({
      DATABASE_PREFIX: prefix,
      NODE_ID: `operator-${process.pid}`,
      SERVICES: '',
      NATS_URL: natsUrl,
      MONGO_URL: mongoUrl,
      TOKEN_SECRET: 'unused'.repeat(6),
      LOG_LEVEL: 'fatal',
    });
    const broker = new ServiceBroker({ ...brokerOptions(config), metrics: false });
    await broker.start();
    await broker.waitForServices(['audit', 'inventory', 'coupon', 'order']);
    return new Operator(broker);
  }

  /** Receives goods, so that orders are rarely refused for want of them. */
  async stockUp(skus: readonly string[], quantity: number): Promise<void> {
    for (const sku of skus) {
      await this.#rpc.call('inventory.receive', { sku, key: 'chaos', quantity, until: Date.now() + 20_000 });
      await this.#rpc.call('inventory.forget', { sku, key: 'chaos' });
    }
  }

  /** An admin, appointed. */
  async appoint(email: string, password: string): Promise<string> {
    return (await this.#rpc.call('customer.appoint', { email, password, role: 'admin' })).id;
  }

  async offerCoupon(code: string, limit: number): Promise<void> {
    const meta = { user: { id: 'operator', sessionId: '', role: 'admin' as const } };
    await this.#rpc.call('coupon.put', { code, kind: 'percentage', percent: 1000, limit }, { meta });
  }

  /** Audits until nothing is wrong, or until the deadline; then what still is. */
  async untilAtRest(acknowledged: readonly string[], deadline: number): Promise<string[]> {
    for (;;) {
      const late = Date.now() > deadline;
      const wrong = await this.#audit(acknowledged);
      if (late || wrong.length === 0) return wrong;
      await sleep(1000);
    }
  }

  async #audit(acknowledged: readonly string[]): Promise<string[]> {
    try {
      const { violations } = await this.#rpc.call('audit.run', { atRest: true, acknowledged: [...acknowledged] });
      return violations.map(({ invariant, detail }) => `${invariant} ${detail}`);
    } catch (error) {
      return [`no audit: ${error}`];
    }
  }

  leave(): Promise<void> {
    return this.#broker.stop();
  }
}
