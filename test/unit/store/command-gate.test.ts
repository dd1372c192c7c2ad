import { beforeEach, describe, expect, test } from '@jest/globals';
import { CommandGate } from '../../../mixins/store/command-gate.ts';

let waiting: number;
let now: number;
/** The sizes of the commands sent, and what ends each. */
let sent: { size: number; end(): void }[];
let gate: CommandGate;
beforeEach(() => {
  [waiting, now, sent] = [0, 0, []];
  const sendNext = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    sent.push({ size: waiting, end: resolve });
    waiting = 0;
    return promise;
  };
  gate = new CommandGate(
    () => waiting,
    sendNext,
    () => now,
  );
});

const turn = () => new Promise(setImmediate);
async function add(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    waiting += 1;
    gate.schedule();
  }
  await turn();
}
const sizes = () => sent.map(({ size }) => size);

test('what is added in one turn leaves together, and alone what is alone', async () => {
  await add(3);
  expect(sizes()).toEqual([3]);
});

describe('while a command is under way', () => {
  beforeEach(() => add(1));

  test('a few wait for its end', async () => {
    await add(15);
    expect(sizes()).toEqual([1]);
    sent[0]?.end();
    await turn();
    await turn();
    expect(sizes()).toEqual([1, 15]);
  });

  test('many leave beside it, but no third command', async () => {
    await add(16);
    expect(sizes()).toEqual([1, 16]);
    await add(40);
    expect(sizes()).toEqual([1, 16]);
  });

  test('one leaves beside it if it is slow', async () => {
    now += 21;
    await add(1);
    expect(sizes()).toEqual([1, 1]);
  });
});
