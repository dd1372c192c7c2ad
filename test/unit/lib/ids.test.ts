import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Validator } from '../../../lib/contract/validator.ts';
import { idRule, idTime, newId } from '../../../services/shared/ids.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);

describe('an id', () => {
  test('names its kind, and is like no other', () => {
    const now = new Date();
    const ids = Array.from({ length: 10_000 }, () => newId('ord', now));
    expect(ids.filter((id) => !/^ord_[0-9A-HJKMNP-TV-Z]{26}$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('sorts by the time it was made, which it tells', () => {
    const time = fc.date({ min: new Date('2000-01-01'), max: new Date('2200-01-01'), noInvalidDate: true });
    const check = fc.property(time, time, (a, b) => {
      expect(idTime(newId('prd', a))).toEqual(a);
      if (+a !== +b) expect(newId('cus', a) < newId('cus', b)).toBe(a < b);
    });
    fc.assert(check, { seed });
  });

  test('of another kind, or changed, does not pass its rule', () => {
    const check = new Validator().compile({ id: idRule('cus') });
    const id = newId('cus');
    expect(check({ id })).toBe(true);
    const wrong = [newId('ord'), id.toLowerCase(), id.slice(0, -1), `${id}0`, ` ${id}`, `${id}\n`, id.slice(4), 'cus_'];
    for (const id of [...wrong, `cus_${'U'.repeat(26)}`, '', { $ne: null }]) expect(check({ id })).not.toBe(true);
  });
});
