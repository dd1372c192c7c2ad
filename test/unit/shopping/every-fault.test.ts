import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Fate } from '../../support/model-cluster.ts';
import { type Buyer, ModelShop, type Story, type Turn } from '../../support/shopping-model.ts';

/**
 * A fault before and after every single write and every call of placing orders: enumerated, not drawn. A step that is
 * `not done` fails before it happens, one that is `done unseen` after, and with `crash` its process dies instead.
 */
const FAULTS: Fate[] = ['not done', 'done unseen', 'crash'];
const START = Date.parse('2026-03-01T10:00:00Z');

/** Hundreds of plays on a machine with much else to do. */
const PLAYING_MS = 600_000;

const buyer = (part: Partial<Buyer> = {}): Buyer => ({ wants: { MUG: 2, BOWL: 1 }, broke: false, sent: 1, ...part });
type Plot = Omit<Story, 'forgetful' | 'turns'>;
const STORIES: Record<string, Plot> = {
  'an order that is paid': { stock: { MUG: 5, BOWL: 5 }, buyers: [buyer()] },
  'an order that is declined': { stock: { MUG: 5, BOWL: 5 }, buyers: [buyer({ broke: true })] },
  'an order of which one line is short': { stock: { MUG: 5, BOWL: 0 }, buyers: [buyer()] },
  'an order that is sent twice': { stock: { MUG: 5, BOWL: 5 }, buyers: [buyer({ sent: 2 })] },
  'an order that is sent from two tabs': { stock: { MUG: 5, BOWL: 5 }, buyers: [buyer({ tabs: 2 })] },
  'an order that is cancelled after it was paid': { stock: { MUG: 5, BOWL: 5 }, buyers: [buyer()], cancelled: true },
  'an order that is sent back piece by piece, after a part of a line was refunded': {
    ...{ stock: { MUG: 5 }, buyers: [buyer({ wants: { MUG: 2 } })], returned: true },
  },
  'an order that is cancelled, and whose refund is refused for good': {
    ...{ stock: { MUG: 5, BOWL: 5 }, buyers: [buyer({ method: 'tok_refund_refused' })], cancelled: true },
  },
  'an order that is declined, and paid by another method': {
    ...{ stock: { MUG: 5 }, buyers: [buyer({ wants: { MUG: 2 }, broke: true })], paidAgain: 'tok_approve' },
  },
  'an order whose challenge is abandoned, and which is paid by another method': {
    stock: { MUG: 5 },
    buyers: [buyer({ wants: { MUG: 2 }, method: 'tok_challenge_abandoned' })],
    paidAgain: 'tok_two_step',
  },
  'an order that is declined twice': {
    ...{ stock: { MUG: 5 }, buyers: [buyer({ wants: { MUG: 2 }, broke: true })], paidAgain: 'tok_decline' },
  },
  'an order that waits for its customer, who cancels it': {
    stock: { MUG: 5, BOWL: 5 },
    buyers: [buyer({ method: 'tok_challenge_abandoned' })],
    cancelled: true,
  },
  'an order whose challenge is abandoned': {
    ...{ stock: { MUG: 5 }, buyers: [buyer({ wants: { MUG: 2 }, method: 'tok_challenge_abandoned' })] },
  },
  'an order that is paid by bank transfer, in two parts and too much': {
    ...{ stock: { MUG: 5 }, buyers: [buyer({ wants: { MUG: 2 }, method: 'transfer' })], booked: true },
  },
  'an order whose bank transfer does not come': {
    ...{ stock: { MUG: 5 }, buyers: [buyer({ wants: { MUG: 2 }, method: 'transfer' })] },
  },
  'two orders of the last pieces': { stock: { MUG: 2, BOWL: 5 }, buyers: [buyer(), buyer()] },
};

const turn = (fate: Fate): Turn => ({ pick: 0, fate, meanwhile: 'nothing' });

/** Plays a story with a fault at one of its steps. */
async function play(story: Plot, turns: Turn[]) {
  jest.setSystemTime(START);
  const shop = new ModelShop({ ...story, forgetful: null, turns });
  await shop.play();
  return { wrong: [...shop.wrong], steps: shop.steps };
}

beforeAll(() => {
  jest.useFakeTimers({
    doNotFake: ['hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'setTimeout'],
  });
});
afterAll(() => {
  jest.useRealTimers();
});

test.each(Object.entries(STORIES))(
  '%s: a fault at any one step leaves the books right',
  async (_, story) => {
    const { steps, wrong } = await play(story, []);
    expect(wrong).toEqual([]);
    expect(steps).toBeGreaterThan(20);
    for (const [nth, fault] of FAULTS.entries()) {
      for (let step = 0; step < steps; step += 1) {
        // The longest story has one kind of fault at each step, in turn.
        if (story.returned && step % FAULTS.length !== nth) continue;
        const turns = [...Array<Turn>(step).fill(turn('done')), turn(fault)];
        const played = await play(story, turns);
        expect({ fault, step, wrong: played.wrong }).toEqual({ fault, step, wrong: [] });
      }
    }
  },
  PLAYING_MS,
);

test('an order that is paid: faults at any two steps leave the books right', async () => {
  const story = { stock: { MUG: 5 }, buyers: [buyer({ wants: { MUG: 2 } })] };
  const { steps } = await play(story, []);
  for (let first = 0; first < steps; first += 1) {
    for (let second = first + 1; second < steps; second += 2) {
      const gap = Array<Turn>(second - first - 1).fill(turn('done'));
      const turns = [...Array<Turn>(first).fill(turn('done')), turn('crash'), ...gap, turn('done unseen')];
      const { wrong } = await play(story, turns);
      expect({ first, second, wrong }).toEqual({ first, second, wrong: [] });
    }
  }
});

test('given a node that stands still for longer than ten tries, at any step of an order: once it goes on, the order ends', async () => {
  const story = { stock: { MUG: 5 }, buyers: [buyer({ wants: { MUG: 2 } })] };
  const { steps } = await play(story, []);
  // Process one tries again and again, and all that it asks for is asked of process two.
  const tried: Turn[] = [
    { ...turn('done'), meanwhile: 'recover' },
    ...Array<Turn>(14).fill({ ...turn('done'), pick: 1 }),
  ];
  const frozen: Turn = { ...turn('done'), pick: 1, meanwhile: 'freeze' };
  for (let step = 0; step < steps; step += 1) {
    const turns = [...Array<Turn>(step).fill(turn('done')), frozen, ...Array<Turn[]>(24).fill(tried).flat()];
    const { wrong } = await play(story, turns);
    expect({ step, wrong }).toEqual({ step, wrong: [] });
  }
});
