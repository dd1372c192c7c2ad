import { expect, test } from '@jest/globals';
import type { Product } from '../../../services/product/product/product.ts';
import { countReview } from '../../../services/product/product/rating.ts';
import {
  moderated,
  type Review,
  rewritten,
  voted,
  withdrawn,
  written,
} from '../../../services/product/review/review.ts';
import { displayName, opinionOf } from '../../../services/product/review/review-text.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const LATER = new Date(+NOW + 1000);
const whose = { id: 'rev_1', productId: 'prd_1', customerId: 'cus_1', author: 'Ada B.' };
const opinion = { rating: 4, title: 'Warm', text: 'It is warm.' };
const waiting: Review = { ...written({ ...whose, opinion }, NOW), rev: 0 };
const approved = moderated(waiting, { status: 'approved' }, 1, NOW).answer.after;

test.each([
  ['Ada Byron', 'Ada B.'],
  ['  Ada   Augusta  Byron ', 'Ada B.'],
  ['Ada', 'Ada'],
  ['Ólafur ólafsson', 'Ólafur Ó.'],
  ['李 雷', '李 雷.'],
  ['Ada 🦋butterfly', 'Ada 🦋.'],
  [`${'A'.repeat(40)} Byron`, `${'A'.repeat(30)} B.`],
  ['ada@example.com', 'A customer'],
  ['Ada Byron <ada@example.com>', 'A customer'],
  ['Byron, Ada', 'A customer'],
  ['Ada 1815', 'A customer'],
  ['+49 30 123456', 'A customer'],
  ['\u202e \u0000', 'A customer'],
])('%j is shown as %j', (name, shown) => {
  expect(displayName(name)).toBe(shown);
});

test('what is said is plain text: nothing is hidden in it, nothing of it is taken for markup', () => {
  const text = '  I\u0000 <3 <b>it</b>\u202e!\r\n\r\n\r\n\n\u0007Really\ud800. Cafe\u0301\t ';
  expect(opinionOf({ rating: 5, title: ' So\n warm\u2066 ', text })).toEqual({
    ...{ rating: 5, title: 'So warm' },
    text: 'I <3 <b>it</b>!\n\nReally. Café',
  });
});

test('a review waits for staff, and counts nothing until then', () => {
  expect(waiting).toMatchObject({ status: 'pending', version: 1, counted: 0, move: null, dueAt: null });
  expect(approved).toMatchObject({ status: 'approved', counted: 0, move: { key: 'rev_1:1', to: 4, done: false } });
  expect(approved.dueAt).not.toBeNull();
});

test('the same again changes nothing, another waits again', () => {
  expect(rewritten(approved, opinion, 'Ada B.', LATER)).toEqual({ answer: approved });
  expect(rewritten(approved, { ...opinion, text: 'No.' }, 'Ada B.', LATER).answer).toMatchObject({
    ...{ status: 'pending', version: 2, text: 'No.', updatedAt: LATER, createdAt: NOW },
    // What is under way comes to its end first.
    move: { key: 'rev_1:1', to: 4, done: false },
  });
});

test('a verdict about what has changed since is refused, the same again changes nothing, another is taken', () => {
  expect(() => moderated(waiting, { status: 'approved' }, 2, NOW)).toThrow(
    expect.objectContaining({ type: 'stale-version' }),
  );
  expect(moderated(approved, { status: 'approved' }, 1, NOW).patch).toBeUndefined();
  const rejected = moderated(approved, { status: 'rejected', reason: 'Rude' }, 1, NOW).answer.after;
  expect(rejected).toMatchObject({ status: 'rejected', reason: 'Rude' });
  expect(moderated(rejected, { status: 'approved' }, 1, NOW).answer.after.reason).toBe('');
});

test('of one that is withdrawn nothing is kept, and nothing can be done with it', () => {
  const gone = withdrawn(waiting, NOW).answer;
  expect(gone).toMatchObject({ status: 'withdrawn', author: '', title: '', text: '' });
  expect(gone.dueAt).not.toBeNull();
  expect(rewritten(gone, opinion, 'Ada B.', NOW)).toEqual({ answer: null });
  const vote = { key: 'vot_1:1', until: +NOW, count: 1, sum: 1 };
  for (const act of [() => moderated(gone, { status: 'approved' }, undefined, NOW), () => voted(gone, vote, NOW)]) {
    expect(act).toThrow(expect.objectContaining({ type: 'not-found' }));
  }
  expect(voted(waiting, vote, NOW).patch).toMatchObject({ helpful: 1 });
  expect(voted({ ...waiting, back: { 'vot_1:1': { at: NOW, acked: false } } }, vote, NOW).patch).toBeUndefined();
});

test('a rating changes without a version of staff, and in time for the lists to notice', () => {
  const product = { version: 3, rating: { count: 1, sum: 2 }, updatedAt: NOW } as Product;
  const { patch = {} } = countReview(product, { key: 'rev_1:1', until: +LATER, count: 1, sum: 4 }, LATER);
  expect(patch).toMatchObject({ rating: { count: 2, sum: 6 }, updatedAt: LATER });
  expect(patch).not.toHaveProperty('version');
});
