import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Address,
  type AddressInput,
  addAddress,
  addressView,
  defaultFirst,
  findAddress,
  removeAddress,
  replaceAddress,
} from '../../../services/customer/address/address.ts';
import { given } from '../../support/spec.ts';

const seed = Number(process.env.FC_SEED ?? Date.now() % 2 ** 31);
const input: AddressInput = { name: 'Ada', line1: '1 Way', city: 'Berlin', postcode: '10115', country: 'DE' };
const one = addAddress([], 'adr_1', input);
const two = addAddress(one, 'adr_2', { ...input, city: 'Kiel' });
const defaultOf = (addresses: readonly Address[]) => addresses.filter(({ isDefault }) => isDefault).map(({ id }) => id);

describe('addresses', () => {
  test('are added at the end; the first is always the default', () => {
    const first = given([]).evolve(addAddress, 'adr_1', { ...input, isDefault: false });
    first.thenState([{ id: 'adr_1', ...input, isDefault: true }]);
    given(one)
      .evolve(addAddress, 'adr_2', { ...input, city: 'Kiel' })
      .thenState([...one, { id: 'adr_2', ...input, city: 'Kiel', isDefault: false }]);
  });

  test('are listed with the default first, then in the order of adding', () => {
    const three = addAddress(two, 'adr_3', { ...input, isDefault: true });
    expect(defaultFirst(three).map(({ id }) => id)).toEqual(['adr_3', 'adr_1', 'adr_2']);
    expect(three.map(({ id }) => id)).toEqual(['adr_1', 'adr_2', 'adr_3']);
  });

  test('have a new default when the input asks for it', () => {
    expect(defaultOf(addAddress(two, 'adr_3', { ...input, isDefault: true }))).toEqual(['adr_3']);
    expect(defaultOf(replaceAddress(two, 'adr_2', { ...input, isDefault: true }))).toEqual(['adr_2']);
  });

  test('have one default for billing, once one is chosen', () => {
    const chosen = addAddress(two, 'adr_3', { ...input, isDefaultBilling: true });
    const billing = (addresses: readonly Address[]) =>
      addresses.filter((one) => addressView(one, addresses).isDefaultBilling).map(({ id }) => id);
    expect(billing(two)).toEqual(['adr_1']);
    expect(billing(chosen)).toEqual(['adr_3']);
    const other = replaceAddress(chosen, 'adr_2', { ...input, isDefaultBilling: true });
    expect(other.filter(({ isDefaultBilling }) => isDefaultBilling)).toHaveLength(1);
    expect(billing(other)).toEqual(['adr_2']);
    expect(billing(removeAddress(other, 'adr_2'))).toEqual(['adr_1']);
  });

  test('are replaced as a whole, in their place, and stay the default if they were', () => {
    const replaced = replaceAddress(addAddress(one, 'adr_2', { ...input, line2: 'Attic' }), 'adr_2', {
      ...input,
      city: 'Ulm',
    });
    expect(replaced[1]).toEqual({ id: 'adr_2', ...input, city: 'Ulm', isDefault: false });
    expect(defaultOf(replaceAddress(two, 'adr_1', { ...input, isDefault: false }))).toEqual(['adr_1']);
  });

  test('have another default when it is removed, as long as there is one', () => {
    expect(defaultOf(removeAddress(two, 'adr_1'))).toEqual(['adr_2']);
    expect(defaultOf(removeAddress(two, 'adr_2'))).toEqual(['adr_1']);
    expect(removeAddress(one, 'adr_1')).toEqual([]);
  });

  test('with an unknown id are not found', () => {
    given(two).ask(findAddress, 'adr_9').thenRefused('not-found');
    given([]).ask(findAddress, 'adr_1').thenRefused('not-found');
    given(two).evolve(replaceAddress, 'adr_9', input).thenRefused('not-found');
    given(two).evolve(removeAddress, 'adr_9').thenRefused('not-found');
  });

  test('are up to 50', () => {
    let many: Address[] = [];
    for (let n = 0; n < 50; n++) many = addAddress(many, `adr_${n}`, input);
    given(many).evolve(addAddress, 'adr_50', input).thenRefused('limit-reached');
    expect(given(many).evolve(removeAddress, 'adr_7').evolve(addAddress, 'adr_50', input).state).toHaveLength(50);
    expect(given(many).evolve(replaceAddress, 'adr_7', input).state).toHaveLength(50);
  });

  test.each(['XX', 'ZZ', 'UK', 'EU', '', 'D'])('are in a country that exists, which %s does not', (country) => {
    const wrong = { errors: [{ pointer: '/country' }] };
    given([])
      .evolve(addAddress, 'adr_1', { ...input, country })
      .thenRefused('invalid-request', wrong);
    given(one)
      .evolve(replaceAddress, 'adr_1', { ...input, country })
      .thenRefused('invalid-request', wrong);
  });

  test.each([
    ['DE', '10115'],
    ['GB', 'SW1A 1AA'],
    ['US', '94103-1234'],
    ['XK', '10000'],
    ['AX', '22100'],
    ['JP', '100-0001'],
  ])('are in a country such as %s, with a postcode such as %s', (country, postcode) => {
    given([])
      .evolve(addAddress, 'adr_1', { ...input, country, postcode })
      .thenState([{ country, postcode }]);
  });

  test.each([
    ['DE', '1011'],
    ['DE', 'SW1A 1AA'],
    ['GB', '10115'],
    ['US', '9410'],
    ['JP', 'none'],
  ])('are not in %s with the postcode %s', (country, postcode) => {
    given([])
      .evolve(addAddress, 'adr_1', { ...input, country, postcode })
      .thenRefused('invalid-request');
  });

  test('have exactly one default after any operations, which change no argument', () => {
    const step = fc.record({
      how: fc.constantFrom('add', 'replace', 'remove'),
      pick: fc.nat(),
      isDefault: fc.constantFrom(true, false, undefined),
    });
    const check = fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      let [addresses, made]: [Address[], number] = [[], 0];
      for (const { how, pick, isDefault } of steps) {
        const before = structuredClone(addresses);
        const id = addresses[pick % Math.max(1, addresses.length)]?.id;
        let next = addresses;
        if (how === 'add' && addresses.length < 50)
          next = addAddress(addresses, `adr_${made++}`, { ...input, isDefault });
        else if (how === 'replace' && id) next = replaceAddress(addresses, id, { ...input, isDefault });
        else if (how === 'remove' && id) next = removeAddress(addresses, id);
        expect(addresses).toEqual(before);
        addresses = next;
        expect(defaultOf(addresses)).toHaveLength(Math.min(1, addresses.length));
        expect(new Set(addresses.map((address) => address.id)).size).toBe(addresses.length);
      }
    });
    fc.assert(check, { seed });
  });
});
