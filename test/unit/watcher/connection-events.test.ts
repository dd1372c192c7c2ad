import { describe, expect, test } from '@jest/globals';
import {
  type ConnectionEvent,
  detectNodeChange,
  parseConnectionEvent,
} from '../../../services/watcher/connection-events.ts';

const START = '2026-01-01T10:00:00.123456789Z';
const NOW = Date.parse('2026-01-01T10:01:00Z');

/** As nats-server 2.15 sends it, shortened. */
const advisory = (kind: string, client: object) =>
  JSON.stringify({ type: `io.nats.server.advisory.v1.client_${kind}`, timestamp: '2026-01-01T10:01:00Z', client });

describe('connectionEvent', () => {
  test('reads who came or went, and when', () => {
    const client = { name: 'product-1', start: START, acc: 'APP', id: 7 };
    const event = { name: 'product-1', start: Date.parse(START), at: NOW };
    expect(parseConnectionEvent(advisory('disconnect', client))).toEqual({ kind: 'disconnect', ...event });
    expect(parseConnectionEvent(advisory('connect', client))).toEqual({ kind: 'connect', ...event });
  });

  test.each([
    ['a client without a name', advisory('disconnect', { start: START })],
    ['a client with an empty name', advisory('disconnect', { start: START, name: '' })],
    ['no client', JSON.stringify({ type: 'io.nats.server.advisory.v1.client_disconnect', timestamp: START })],
    ['another kind of event', advisory('connections', { name: 'product-1', start: START })],
    ['no times', JSON.stringify({ type: 'io.nats.server.advisory.v1.client_connect', client: { name: 'product-1' } })],
    ['no JSON', '{'],
    ['null', 'null'],
  ])('ignores %s', (_, json) => expect(parseConnectionEvent(json)).toBeUndefined());
});

describe('verdict', () => {
  const nodes = new Map([
    ['api-1', { available: true }],
    ['product-1', { available: true }],
    ['product-2', { available: false }],
  ]);
  const lost = (name: string, start = NOW - 60_000, at = NOW): ConnectionEvent => ({
    kind: 'disconnect',
    name,
    start,
    at,
  });
  const came = (name: string, start = NOW, at = NOW): ConnectionEvent => ({ kind: 'connect', name, start, at });
  const decide = (event: ConnectionEvent, newest = new Map<string, number>(), now = NOW) =>
    detectNodeChange(event, nodes, 'api-1', newest, now);

  test('a node whose connection ends is lost', () => expect(decide(lost('product-1'))).toBe('lost'));
  test('a node that is dropped already stays so', () => expect(decide(lost('product-2'))).toBeUndefined());
  test('a dropped node that connects is back', () => expect(decide(came('product-2'))).toBe('back'));
  test('a node that is not dropped needs no return', () => expect(decide(came('product-1'))).toBeUndefined());
  test('strangers and this node itself change nothing', () => {
    expect(decide(lost('some-tool'))).toBeUndefined();
    expect(decide(lost('api-1'))).toBeUndefined();
  });

  test('given a newer connection of the node, when the old one is given up, then the node lives', () => {
    const newest = new Map<string, number>();
    decide(came('product-1', NOW - 1000), newest);
    expect(decide(lost('product-1', NOW - 60_000), newest)).toBeUndefined();
    expect(decide(lost('product-1', NOW - 1000), newest)).toBe('lost');
  });

  test('given a watcher that was frozen, when it goes on, then it does not tell old news', () => {
    expect(decide(lost('product-1'), new Map(), NOW + 8000)).toBeUndefined();
    expect(decide(came('product-2'), new Map(), NOW + 8000)).toBeUndefined();
  });
});
