import { expect, test } from '@jest/globals';
import { MIN_PAYLOAD_BYTES } from '../../../lib/relay/message-limit.ts';
import {
  ANSWERS,
  EVENTS,
  everyAction,
  everyEvent,
  isPaged,
  type Largest,
  mostBytes,
  REQUESTS,
} from '../../support/largest-answers.ts';

/** The rest of a message: its envelope, and what travels with a request. */
const ENVELOPE_BYTES = 8 * 1024;
/** What a body may have at the gateway; the largest `max_payload` that a node starts with takes it. */
const BODY_BYTES = 100 * 1024;

const isProven = (largest: Largest | undefined, table: Partial<Record<string, Largest>>): boolean => {
  if (largest === undefined) return false;
  if (typeof largest === 'string') return true;
  if ('like' in largest) return ANSWERS[largest.like] === 'asked' || table[largest.like] === 'asked';
  return largest.bytes + ENVELOPE_BYTES <= MIN_PAYLOAD_BYTES;
};

test('the largest answer of every action fits into a message, is cut by bytes, or is asked for in a cluster', () => {
  const unproven = everyAction().filter(({ name, action }) => {
    const { returns, produces, upload } = action;
    const isStream = produces !== undefined || upload !== undefined;
    if (returns === undefined || (isStream && returns === 'any') || isPaged(action)) return false;
    if (name === 'relay.read') return false; // a part is cut to what a message takes
    return mostBytes(returns) + ENVELOPE_BYTES > MIN_PAYLOAD_BYTES && !isProven(ANSWERS[name], ANSWERS);
  });
  // A new action has to say how large its largest answer is: in test/support/largest-answers.ts.
  expect(unproven.map(({ name }) => name)).toEqual([]);
});

test('the largest request to every action fits into a message, or is asked for in a cluster', () => {
  expect(BODY_BYTES + ENVELOPE_BYTES).toBeLessThanOrEqual(MIN_PAYLOAD_BYTES);
  const unproven = everyAction().filter(({ name, action: { auth, params } }) => {
    if (auth !== 'internal') return false; // comes as a body
    const bytes = mostBytes({ type: 'object', props: params });
    return bytes + ENVELOPE_BYTES > MIN_PAYLOAD_BYTES && !isProven(REQUESTS[name], REQUESTS);
  });
  expect(unproven.map(({ name }) => name)).toEqual([]);
});

test('the largest of every event fits into a message', () => {
  const unproven = everyEvent().filter(([name]) => !isProven(EVENTS[name as keyof typeof EVENTS], EVENTS));
  expect(unproven.map(([name]) => name)).toEqual([]);
});

test('the tables name no action or event that there is not', () => {
  const names = new Set<string>([...everyAction().map(({ name }) => name), ...everyEvent().map(([name]) => name)]);
  const strangers = [ANSWERS, REQUESTS, EVENTS]
    .flatMap((table) => Object.keys(table))
    .filter((name) => !names.has(name));
  expect(strangers).toEqual([]);
});
