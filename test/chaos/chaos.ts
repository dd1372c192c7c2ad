import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from '../../scripts/cluster/cluster.ts';
import { type Addresses, NODE_IDS } from '../../scripts/cluster/plan.ts';
import { readTopology } from '../../scripts/cluster/topology.ts';
import { Operator } from '../support/operator.ts';
import { CATALOGUE_COPY, plentiful } from '../support/sample.ts';
import { request } from '../support/shop.ts';
import { UNLIMITED } from '../support/unlimited.ts';
import { type FaultKind, inflict, planFaults } from './faults.ts';
import { Link } from './link.ts';
import { seeded } from './random.ts';
import { Crowd, crowdOf } from './shoppers.ts';

export interface Options {
  orders: number;
  faults: number;
  shoppers: number;
  seed: number;
  dataDir: string;
  say(line: string): void;
}

export interface Outcome {
  seed: number;
  orders: number;
  acknowledged: number;
  answers: Record<string, number>;
  faults: Record<string, number>;
  /** From the last fault until every order was final and the books agreed. */
  secondsToRest: number;
  /** Everything that should not be: violations of invariants, answers no shopper should see. */
  wrong: string[];
}

/** What all has to be at rest within, after the last fault, in ms (invariant I8). */
const REST_WITHIN = 60_000;
/** How many faults may last at the same time. */
const AT_ONCE = 2;

/** Starts the cluster with a proxy on each of its connections, lets shoppers order under faults, and audits it. */
export async function run({ orders, faults, shoppers, seed, dataDir, say }: Options): Promise<Outcome> {
  const links = new Map<string, { nats: Link; mongo: Link }>();
  const cluster = new Cluster({
    entry: join(import.meta.dirname, '../../scripts/start.ts'),
    say,
    failed: (error) => {
      throw error;
    },
    via: (addresses) => throughProxies(addresses, links),
  });
  const env = {
    ...UNLIMITED,
    PORT: '0',
    DATA_DIR: dataDir,
    NATS_URL: '',
    MONGO_URL: '',
    DATABASE_PREFIX: `chaos-${seed}-`,
    SEED: 'true',
    LOG_LEVEL: 'warn',
  };
  try {
    // Its nodes inherit this process's environment.
    Object.assign(process.env, env);
    await cluster.start(process.env);
    const topology = readTopology(dataDir);
    if (!topology) throw new Error('the cluster has no topology');
    const operator = await Operator.at(topology, env.DATABASE_PREFIX);
    const crowd = await shopping(topology.url, operator, { orders, shoppers, seed });
    const victim = {
      nodes: NODE_IDS,
      pidOf: (id: string) => cluster.pidOf(id),
      links: (id: string) => links.get(id) as { nats: Link; mongo: Link },
    };
    const done = crowd.done();
    const befell: Record<string, number> = {};
    let last = Date.now();
    const plan = planFaults(seeded(`${seed} faults`), NODE_IDS, faults);
    const running = new Set<Promise<void>>();
    for (const [index, fault] of plan.entries()) {
      while (running.size >= AT_ONCE) await Promise.race(running);
      const one = inflict(fault, victim).then((hit) => {
        running.delete(one);
        last = Date.now();
        const kind: FaultKind | 'missed' = hit ? fault.kind : 'missed';
        befell[kind] = (befell[kind] ?? 0) + 1;
      });
      running.add(one);
      if ((index + 1) % 20 === 0) say(`${index + 1} faults, ${crowd.placed} orders`);
      await sleep(fault.pause);
    }
    await Promise.all(running);
    crowd.enough();
    say(`${faults} faults are over, ${crowd.placed} orders were begun`);
    const told = await done;
    const wrong = [
      ...told.unexpected,
      ...(await operator.untilAtRest(told.acknowledged, Math.max(last, Date.now()) + REST_WITHIN)),
    ];
    const secondsToRest = Math.round((Date.now() - last) / 1000);
    await operator.leave();
    const { acknowledged, answers } = told;
    return {
      seed,
      orders: crowd.placed,
      acknowledged: acknowledged.length,
      answers,
      faults: befell,
      secondsToRest,
      wrong,
    };
  } finally {
    for (const { nats, mongo } of links.values()) for (const proxy of [nats, mongo]) proxy.restore();
    await cluster.stop();
    for (const { nats, mongo } of links.values()) for (const proxy of [nats, mongo]) proxy.close();
  }
}

/** Every node gets its own way to each server, which can be cut alone. */
async function throughProxies(addresses: Addresses, links: Map<string, { nats: Link; mongo: Link }>) {
  const portOf = (url: string) => Number(new URL(url).port);
  for (const id of NODE_IDS) {
    links.set(id, {
      nats: await Link.to(portOf(addresses.natsUrl)),
      mongo: await Link.to(portOf(addresses.mongoUrl)),
    });
  }
  return (id: string): Addresses => {
    const { nats, mongo } = links.get(id) as { nats: Link; mongo: Link };
    const through = (url: string, { port }: Link) => {
      const address = new URL(url);
      address.port = String(port);
      return address.href;
    };
    return {
      natsUrl: through(addresses.natsUrl, nats),
      ...(addresses.natsSystemUrl ? { natsSystemUrl: through(addresses.natsSystemUrl, nats) } : {}),
      mongoUrl: through(addresses.mongoUrl, mongo),
    };
  };
}

/** Lets shoppers begin, on goods that will not run out too soon. */
async function shopping(
  url: string,
  operator: Operator,
  { orders, shoppers, seed }: Pick<Options, 'orders' | 'shoppers' | 'seed'>,
): Promise<Crowd> {
  const { body } = await request(url, CATALOGUE_COPY);
  const skus = await plentiful(body.items, 20);
  await operator.stockUp(skus.slice(0, 100), orders);
  await operator.offerCoupon('CHAOS', Math.ceil(orders / 10));
  return new Crowd(await crowdOf(url, shoppers), skus.slice(0, 100), orders, seed);
}
