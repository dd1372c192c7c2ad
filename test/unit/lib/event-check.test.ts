import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Context, ServiceBroker } from 'moleculer';
import { contract } from '../../../lib/contract/contract.ts';
import { eventCheck } from '../../../lib/contract/event-check.ts';

const shelf = contract(
  'shelf',
  {},
  {
    changed: {
      summary: '',
      params: {
        id: 'string',
        levels: { type: 'array', optional: true, items: { type: 'object', props: { count: 'number' } } },
      },
    },
  },
);
const heard: unknown[] = [];
const logged: unknown[] = [];
const broker = new ServiceBroker({ logger: false, middlewares: [eventCheck([shelf])] });
broker.createService({
  name: 'listener',
  events: {
    'shelf.changed': (ctx: Context) => void heard.push(ctx.params),
    'other.told': (ctx: Context) => void heard.push(ctx.params),
  },
});

beforeAll(async () => {
  broker.logger.error = (error) => logged.push(error);
  await broker.start();
});
afterAll(() => broker.stop());

const told = async (name: string, data: unknown) => {
  heard.length = 0;
  logged.length = 0;
  await broker.broadcast(name, data);
  return heard;
};

describe('an event', () => {
  test.each([{ id: 'a' }, { id: 'a', levels: undefined }, { id: 'a', levels: [{ count: 1 }] }])(
    'that fits its contract is heard: %j',
    async (data) => {
      expect(await told('shelf.changed', data)).toEqual([data]);
    },
  );

  test.each([
    {},
    { id: 1 },
    { id: null },
    { id: 'a', name: 'more' },
    { id: 'a', levels: [{ count: 'one' }] },
    { id: 'a', levels: [{ count: 1, more: true }] },
    undefined,
  ])('that breaks it is logged, not heard, and does not fail for its sender: %j', async (data) => {
    expect(await told('shelf.changed', data)).toEqual([]);
    expect(logged).toEqual([expect.objectContaining({ message: 'shelf.changed breaks its contract' })]);
  });

  test('of no contract is passed on', async () => {
    expect(await told('other.told', { any: 'thing' })).toEqual([{ any: 'thing' }]);
  });
});
