import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { MAX_PART_BYTES as PART } from '../../../lib/relay/message-limit.ts';
import { pullStream, StreamRelay } from '../../../lib/relay/stream.ts';
import { errors } from '../../../services/shared/problems.ts';

/** What another node reads of a stream that `relay` offers. */
function across(relay: StreamRelay, source: Readable): { stream: Readable; id: string } {
  const id = relay.offer(source, { expires: true });
  return {
    id,
    stream: pullStream(
      async () => JSON.parse(JSON.stringify(await relay.read(id))),
      () => relay.close(id),
    ),
  };
}
const bytes = (size: number) => Buffer.alloc(size, 'no byte of it may be lost, or come twice');

test.each([0, 1, 1000, PART, PART + 1, 5 * PART + 17])('a stream of %p bytes arrives as it was', async (size) => {
  const relay = new StreamRelay();
  const { stream } = across(relay, Readable.from([bytes(size)], { objectMode: false }));
  expect((await buffer(stream)).equals(bytes(size))).toBe(true);
  expect(relay.size).toBe(0);
});

test('a part is small enough for one message', async () => {
  const relay = new StreamRelay();
  const id = relay.offer(Readable.from([bytes(10 * PART)], { objectMode: false }), { expires: true });
  expect(JSON.stringify(await relay.read(id)).length).toBeLessThan(1_000_000);
});

test('a slow reader slows its source down', async () => {
  const relay = new StreamRelay();
  let made = 0;
  const endless = new Readable({
    read() {
      made += PART;
      this.push(bytes(PART));
    },
  });
  const { stream } = across(relay, endless);
  await new Promise((resolve) => stream.once('readable', resolve));
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(made).toBeLessThanOrEqual(4 * PART);
  stream.destroy();
  expect([endless.destroyed, relay.size]).toEqual([true, 0]);
});

test('an error of the source reaches the reader with its type', async () => {
  const relay = new StreamRelay();
  const source = new Readable({ read: () => {} });
  const { stream } = across(relay, source);
  const read = buffer(stream);
  source.push('a beginning');
  source.destroy(errors.payloadTooLarge());
  await expect(read).rejects.toMatchObject({ type: 'payload-too-large' });
  expect(relay.size).toBe(0);
});

test('what is no longer there is unavailable', async () => {
  await expect(buffer(across(new StreamRelay(), Readable.from([])).stream)).resolves.toHaveLength(0);
  await expect(new StreamRelay().read('gone')).rejects.toMatchObject({ type: 'unavailable' });
});

test('what nobody asks for is given up after a minute, but not what is waited for, nor what has an end of its own', async () => {
  const relay = new StreamRelay();
  const [left, asked, upload] = [0, 1, 2].map(() => new Readable({ read: () => {} })) as [Readable, Readable, Readable];
  relay.offer(left, { expires: true });
  const waiting = relay.read(relay.offer(asked, { expires: true }));
  relay.offer(upload, { expires: false });
  relay.expire(Date.now() + 59_000);
  expect(left.destroyed).toBe(false);
  relay.expire(Date.now() + 61_000);
  expect([left.destroyed, asked.destroyed, upload.destroyed]).toEqual([true, false, false]);
  asked.push('x');
  expect(await waiting).toEqual({ data: 'eA==', end: false });
});
