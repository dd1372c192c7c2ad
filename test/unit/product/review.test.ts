import { expect, test } from '@jest/globals';
import type { Product } from '../../../services/product/product/product.ts';
import { countReview } from '../../../services/product/product/rating.ts';
import {
  countVote,
  moderateReview,
  newReview,
  type Review,
  rewriteReview,
  withdrawReview,
} from '../../../services/product/review/review.ts';
import { displayName, sanitizeOpinion } from '../../../services/product/review/review-text.ts';
import { given } from '../../support/spec.ts';

const NOW = new Date('2026-03-01T10:00:00Z');
const LATER = new Date(+NOW + 1000);
const whose = { id: 'rev_1', productId: 'prd_1', customerId: 'cus_1', author: 'Ada B.' };
const opinion = { rating: 4, title: 'Warm', text: 'It is warm.' };
const waiting: Review = { ...newReview({ ...whose, opinion }, NOW), rev: 0 };
const approved = moderateReview(waiting, { status: 'approved' }, 1, NOW).answer.after;

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

test('the content is plain text: without hidden characters, and never interpreted as markup', () => {
  const text = '  I\u0000 <3 <b>it</b>\u202e!\r\n\r\n\r\n\n\u0007Really\ud800. Cafe\u0301\t ';
  expect(sanitizeOpinion({ rating: 5, title: ' So\n warm\u2066 ', text })).toEqual({
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
  given(approved).when(rewriteReview, opinion, 'Ada B.', LATER).thenAnswer(approved).thenUnchanged();
  given(approved)
    .when(rewriteReview, { ...opinion, text: 'No.' }, 'Ada B.', LATER)
    .thenState({
      ...{ status: 'pending', version: 2, text: 'No.', updatedAt: LATER, createdAt: NOW },
      // A transfer under way is completed first.
      move: { key: 'rev_1:1', to: 4, done: false },
    });
});

test('a verdict about what has changed since is refused, the same again changes nothing, another is taken', () => {
  given(waiting).when(moderateReview, { status: 'approved' }, 2, NOW).thenRefused('stale-version');
  given(approved).when(moderateReview, { status: 'approved' }, 1, NOW).thenUnchanged();
  const rejected = given(approved).when(moderateReview, { status: 'rejected', reason: 'Rude' }, 1, NOW);
  rejected.thenState({ status: 'rejected', reason: 'Rude' });
  rejected.when(moderateReview, { status: 'approved' }, 1, NOW).thenState({ status: 'approved', reason: '' });
});

test('of one that is withdrawn nothing is kept, and nothing can be done with it', () => {
  const gone = given(waiting).when(withdrawReview, NOW);
  gone.thenState({ status: 'withdrawn', author: '', title: '', text: '', dueAt: expect.any(Date) });
  gone.when(rewriteReview, opinion, 'Ada B.', NOW).thenAnswer(null).thenUnchanged();
  const vote = { key: 'vot_1:1', until: +NOW, count: 1, sum: 1 };
  gone.when(moderateReview, { status: 'approved' }, undefined, NOW).thenRefused('not-found');
  gone.when(countVote, vote, NOW).thenRefused('not-found');
  given(waiting).when(countVote, vote, NOW).thenState({ helpful: 1 }).when(countVote, vote, NOW).thenUnchanged();
});

test('a rating changes without a version of staff, and in time for the lists to notice', () => {
  const product = { version: 3, rating: { count: 1, sum: 2 }, updatedAt: NOW } as Product;
  const { patch = {} } = countReview(product, { key: 'rev_1:1', until: +LATER, count: 1, sum: 4 }, LATER);
  expect(patch).toMatchObject({ rating: { count: 2, sum: 6 }, updatedAt: LATER });
  expect(patch).not.toHaveProperty('version');
});
