import { expect, test } from '@jest/globals';
import { BATCH_METADATA, packetBatches } from '../../../lib/relay/packet-batches.ts';

type Send = (topic: string, data: Buffer, meta: { packet: { type: string; target: string | null } }) => Promise<void>;
type Receive = (type: string, data: Buffer) => unknown;

const { created, transporterSend, transporterReceive } = packetBatches() as unknown as {
  created(broker: object): void;
  transporterSend(next: Send): Send;
  transporterReceive(next: Receive): Receive;
};

const nodes = new Map(['a', 'b'].map((id) => [id, { metadata: BATCH_METADATA }]));
created({ registry: { nodes } });

/** Two nodes whose messages are kept. */
function connected(fails = false) {
  const messages: { topic: string; data: Buffer }[] = [];
  const heard: string[] = [];
  const send = transporterSend(async (topic, data) => {
    if (fails) throw new Error('no connection');
    messages.push({ topic, data });
  });
  const receive = transporterReceive((type, data) => heard.push(`${type} ${data}`));
  const say = (topic: string, text: string, type = 'REQ') =>
    send(topic, Buffer.from(text), { packet: { type, target: topic.split('.')[1] ?? null } });
  return { messages, heard, say, receive };
}

test('packets to one node in one turn are one message, and come out one by one, in order', async () => {
  const { messages, heard, say, receive } = connected();
  await Promise.all([
    say('REQ.a', '{"id":"ä"}'),
    say('REQ.a', '{"id":2}'),
    say('REQ.b', '{}'),
    say('REQ.a', '{"id":3}'),
  ]);
  expect(messages.map(({ topic }) => topic)).toEqual(['REQ.a', 'REQ.b']);
  for (const { data } of messages) receive('REQ', data);
  expect(heard).toEqual(['REQ {"id":"ä"}', 'REQ {"id":2}', 'REQ {"id":3}', 'REQ {}']);
});

test('a packet that is alone is sent as it is', async () => {
  const { messages, say } = connected();
  await say('REQ.a', '{"id":1}');
  expect(messages.map(({ data }) => String(data))).toEqual(['{"id":1}']);
});

test('a heartbeat does not wait for others', () => {
  const { messages, say } = connected();
  void say('HEARTBEAT', '{}', 'HEARTBEAT');
  expect(messages).toHaveLength(1);
});

test('a message stays below the limit of NATS', async () => {
  const { messages, heard, say, receive } = connected();
  const text = 'x'.repeat(300 * 1024);
  await Promise.all([1, 2, 3, 4].map((n) => say('RES.a', n + text, 'RES')));
  expect(messages).toHaveLength(2);
  for (const { data } of messages) {
    expect(data.length).toBeLessThanOrEqual(1024 ** 2);
    receive('RES', data);
  }
  expect(heard.map((packet) => packet.slice(0, 5))).toEqual(['RES 1', 'RES 2', 'RES 3', 'RES 4']);
});

test('each sender learns that the message was not sent', async () => {
  const { say } = connected(true);
  const results = await Promise.allSettled([say('REQ.a', '{}'), say('REQ.a', '{}')]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('messages to several nodes are handed over in one callback, so that the NATS client writes them together', async () => {
  let waiting = 0;
  const writes: number[] = [];
  // As the client does: what is published until the next microtask is one write.
  const send = transporterSend(async () => {
    waiting += 1;
    if (waiting > 1) return;
    queueMicrotask(() => {
      writes.push(waiting);
      waiting = 0;
    });
  });
  const sendTo = (type: string, target: string) =>
    send(`${type}.${target}`, Buffer.from('{}'), { packet: { type, target } });
  await Promise.all([sendTo('REQ', 'a'), sendTo('REQ', 'b'), sendTo('REQ', 'b'), sendTo('RES', 'a')]);
  expect(writes).toEqual([3]);
});

test('a node that has not said that it splits batches gets each packet by itself', async () => {
  const { messages, say } = connected();
  await Promise.all([say('REQ.old', '{"id":1}'), say('REQ.old', '{"id":2}')]);
  expect(messages.map(({ data }) => String(data))).toEqual(['{"id":1}', '{"id":2}']);
});
