import { expect, test } from '@jest/globals';
import {
  finishCheck,
  type Look,
  lookFields,
  lookView,
  requestCheck,
} from '../../../examples/lookbook/product/look/look.ts';
import { given } from '../../support/spec.ts';

const NOW = new Date('2026-03-01T12:00:00Z');
const TOMORROW = new Date('2026-03-02T12:00:00Z');
const LEASE_END = new Date('2026-03-01T12:00:30Z');

const lookOf = (productIds: string[], soldIds: string[]): Look => ({
  _id: 'rain',
  rev: 1,
  ...lookFields('Rain', productIds, new Set(soldIds), NOW),
});
/** As a worker has claimed it. */
const claimed: Look = { ...lookOf(['coat', 'boots'], ['coat', 'boots']), checkAt: LEASE_END };

test('a look is shown when all of its products are sold, and checked again after a day', () => {
  expect(lookOf(['coat', 'boots'], ['boots', 'coat'])).toMatchObject({
    isShown: true,
    missing: [],
    checkAt: TOMORROW,
  });
  expect(lookOf(['coat', 'boots'], ['boots'])).toMatchObject({ isShown: false, missing: ['coat'] });
});

test('a check shows or hides it', () => {
  given(claimed)
    .when((look) => finishCheck(look, claimed, new Set(['coat']), NOW))
    .thenState({ isShown: false, missing: ['boots'], checkAt: TOMORROW });
});

test('a check that was overtaken by a change writes nothing: the next one is due', () => {
  given(claimed)
    .when((look) => requestCheck(look, NOW))
    .thenState({ checkAt: NOW })
    .when((look) => finishCheck(look, claimed, new Set(), NOW))
    .thenState({ isShown: true, missing: [], checkAt: NOW });
});

test('shoppers see nothing of the checks', () => {
  expect(lookView(claimed)).toEqual({ id: 'rain', title: 'Rain', productIds: ['coat', 'boots'] });
});
