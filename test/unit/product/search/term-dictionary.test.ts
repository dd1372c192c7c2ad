import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NameIndex } from '../../../../services/product/catalogue/search/name-index.ts';
import { foldText, stemWord, tokenize } from '../../../../services/product/catalogue/search/tokenizer.ts';
import { isNear } from '../../../support/catalogue-model.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const namesOf = (words: readonly string[]) => {
  const names = new NameIndex();
  for (const word of words) names.add(word, [word]);
  return names;
};
const flat = (found: Iterable<Set<string>>) => [...new Set([...found].flatMap((words) => [...words]))].sort();

describe('words', () => {
  test.each([
    ['Crème Brûlée', 'creme brulee'],
    ['STRASSE straße', 'strasse strasse'],
    ['Łódź smørrebrød', 'lodz smorrebrod'],
    ['2.5 mm²', '2.5 mm2'],
  ])('%s without case and accents is %s', (text, plain) => {
    expect(foldText(text)).toBe(plain);
  });

  test('are separated by every character except letters, digits and apostrophes', () => {
    expect(tokenize("  Women's crew-neck, 100 % (cotton)!")).toEqual(['womens', 'crew', 'neck', '100', 'cotton']);
    expect(tokenize('*** \u0000')).toEqual([]);
  });
});

describe('a dictionary', () => {
  const words = ['wool', 'woollen', 'sweater', 'sweaters', 'swatch', 'box', 'boxes', 'dish', 'knife', 'knives'];

  test.each([
    ['sweater', ['sweater', 'sweaters']],
    ['sweaters', ['sweater', 'sweaters']],
    ['boxes', ['box', 'boxes']],
    ['dishes', ['dish']],
    ['sweat', []],
    ['constructor', []],
  ])('finds %s in singular and plural', (word, expected) => {
    expect(flat(namesOf(words).exact(word, false))).toEqual(expected);
  });

  test.each([
    ['s', ['swatch', 'sweater', 'sweaters']],
    ['sw', ['swatch', 'sweater', 'sweaters']],
    ['swe', ['sweater', 'sweaters']],
    ['woo', ['wool', 'woollen']],
    ['boxes', ['box', 'boxes']],
    ['x', []],
  ])('finds %s unfinished', (word, expected) => {
    expect(flat(namesOf(words).exact(word, true))).toEqual(expected);
  });

  test.each([
    ['sweter', ['sweater', 'sweaters']],
    ['sweatter', ['sweater', 'sweaters']],
    ['sweeters', ['sweater', 'sweaters']],
    ['swaeter', ['sweater', 'sweaters']],
    ['swaeterr', []],
    ['woll', []],
    ['wolo', []],
  ])('forgives %s one typo, if it is long enough', (word, expected) => {
    expect(flat(namesOf(words).fuzzy(word))).toEqual(expect.arrayContaining(expected));
    if (expected.length === 0) expect(flat(namesOf(words).fuzzy(word))).toEqual([]);
  });

  test('finds what a look at every word finds', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 's', 'e'), minLength: 1, maxLength: 7 });
    const check = fc.property(fc.uniqueArray(word, { maxLength: 30, size: 'max' }), word, (all, asked) => {
      const names = namesOf(all);
      const same = (one: string) => one === asked || stemWord(one) === stemWord(asked);
      expect(flat(names.exact(asked, false))).toEqual(all.filter(same).sort());
      const begun = (one: string) => one.startsWith(asked) || (asked.length > 2 && same(one));
      expect(flat(names.exact(asked, true)).filter((one) => !same(one))).toEqual(
        all.filter((one) => begun(one) && !same(one)).sort(),
      );
      expect(flat(names.fuzzy(asked))).toEqual(all.filter((one) => isNear(one, asked)).sort());
    });
    fc.assert(check, { seed });
  });
});
