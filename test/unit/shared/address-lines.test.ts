import { describe, expect, test } from '@jest/globals';
import { addressLines } from '../../../services/shared/address-lines.ts';

describe('the lines of an address', () => {
  const address = { name: 'Ada Byron', line1: '12 Analytical Way', city: 'Berlin', country: 'DE' };

  test('have company and phone, postcode and city in one, and what the country has no place for', () => {
    const whole = {
      ...address,
      ...{ company: 'Engines Ltd.', line2: 'Attic', postcode: '10115', region: 'BE', phone: '+4930123456' },
    };
    expect(addressLines(whole)).toEqual([
      ...['Ada Byron', 'Engines Ltd.', '12 Analytical Way', 'Attic', '10115 Berlin', 'BE', 'Germany'],
      'Phone +4930123456',
    ]);
  });

  test('have nothing in the place of what is not there', () => {
    expect(addressLines({ ...address, company: '', line2: '' })).toEqual([
      'Ada Byron',
      '12 Analytical Way',
      'Berlin',
      'Germany',
    ]);
  });

  test.each([
    ['US', { city: 'Springfield', region: 'IL', postcode: '62701' }, ['Springfield, IL 62701', 'United States']],
    ['US', { city: 'Springfield', region: 'Illinois', postcode: '62701' }, ['Springfield, IL 62701', 'United States']],
    ['US', { city: 'Springfield', postcode: '62701' }, ['Springfield 62701', 'United States']],
    ['GB', { city: 'London', postcode: 'SW1A 1AA' }, ['London', 'SW1A 1AA', 'United Kingdom']],
    ['BR', { city: 'São Paulo', region: 'SP', postcode: '01310-100' }, ['São Paulo-SP', '01310-100', 'Brazil']],
    ['CH', { city: 'Bern', postcode: '3000' }, ['CH-3000 Bern', 'Switzerland']],
    ['CH', { city: 'Bern' }, ['Bern', 'Switzerland']],
    ['SG', { city: undefined, postcode: '018956' }, ['SINGAPORE 018956', 'Singapore']],
    ['SG', { city: 'Singapore', postcode: '018956' }, ['SINGAPORE 018956', 'Singapore']],
    ['HK', { city: 'Mong Kok', region: 'Kowloon' }, ['Mong Kok', 'Kowloon', 'Hong Kong SAR China']],
    ['JP', { city: 'Shibuya', region: '13', postcode: '150-0002' }, ['Shibuya, Tokyo', '150-0002', 'Japan']],
  ])('end in %s as they do there: %j', (country, place, expected) => {
    expect(addressLines({ ...address, ...place, country }).slice(2)).toEqual(expected);
  });

  test('begin with the company in France, and with the postcode in Japanese letters', () => {
    const french = { ...address, company: 'Engines SA', city: 'Paris', postcode: '75001', country: 'FR' };
    expect(addressLines(french).slice(0, 2)).toEqual(['Engines SA', 'Ada Byron']);
    const japanese = {
      name: '山田',
      line1: '道玄坂1-2',
      city: '渋谷区',
      region: '13',
      postcode: '150-0002',
      country: 'JP',
    };
    expect(addressLines(japanese)).toEqual(['〒150-0002', '東京都', '渋谷区', '道玄坂1-2', '山田', 'Japan']);
  });
});
