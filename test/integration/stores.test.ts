import { afterEach, expect, test } from '@jest/globals';
import { type Service, ServiceBroker } from 'moleculer';
import type { Config } from '../../lib/process/config.ts';
import type { Versioned } from '../../mixins/store/patch.ts';
import { type Store, store } from '../../mixins/store/store.ts';
import { type Stores, stores } from '../../mixins/store/stores.ts';
import { eachEngine } from '../support/engines.ts';

interface Job extends Versioned {
  state: string;
}
interface Note extends Versioned {
  text: string;
}
type Parts = { store: Store<Job> } & Stores<{ notes: Note; drafts: Note }>;

const brokers = new Set<ServiceBroker>();
afterEach(async () => {
  for (const broker of brokers) await broker.stop();
  brokers.clear();
});

async function start(config: Config, uniqueText = false) {
  const broker = new ServiceBroker({ logger: false });
  brokers.add(broker);
  const foundAtStart: number[] = [];
  broker.createService({
    name: 'x',
    mixins: [
      store<Job>(config, { node: 'product', collection: 'jobs' }),
      stores<{ notes: Note; drafts: Note }>(config, 'product', {
        notes: { collection: 'notes', indexes: [{ fields: { text: 1 }, unique: uniqueText }] },
        drafts: { collection: 'drafts', create: (_id) => ({ _id, text: '' }) },
      }),
    ],
    async started(this: Service & Parts) {
      foundAtStart.push(await this.stores.notes.count());
    },
  });
  await broker.start();
  const { store: jobs, stores: more } = broker.getLocalService('x') as Service & Parts;
  return { broker, jobs, ...more, foundAtStart };
}

eachEngine('the stores of a service', (engine) => {
  test('each keep documents of their own, also under the same ids, and find them after a restart', async () => {
    const config = engine.config();
    const first = await start(config);
    await first.jobs.insert({ _id: 'a', state: 'queued' });
    await first.notes.insert({ _id: 'a', text: 'one' });
    await first.drafts.change('a', ({ text }) => ({ answer: text, patch: { text: 'two' } }));
    await first.broker.stop();
    const { jobs, notes, drafts, foundAtStart } = await start(config);
    expect(foundAtStart).toEqual([1]);
    expect([await jobs.get('a'), await notes.get('a'), await drafts.get('a')]).toEqual([
      { _id: 'a', rev: 0, state: 'queued' },
      { _id: 'a', rev: 0, text: 'one' },
      { _id: 'a', rev: 1, text: 'two' },
    ]);
  });

  test('have indexes of their own, and do not start with one that the data contradicts', async () => {
    const config = engine.config();
    const { broker, notes, drafts } = await start(config);
    await notes.insertNew([
      { _id: 'a', text: 'same' },
      { _id: 'b', text: 'same' },
    ]);
    await drafts.insert({ _id: 'a', text: 'same' });
    await broker.stop();
    await expect(start(config, true)).rejects.toThrow();
  });
});
