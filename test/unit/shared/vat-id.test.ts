import { describe, expect, test } from '@jest/globals';
import { EU_COUNTRIES, normaliseVatId, vatCountryOf } from '../../../services/shared/vat-id.ts';

/** A real VAT id of each country that has a check. */
const VALID_IDS = [
  ...['ATU12345675', 'BE0776091951', 'BG175074752', 'CY10259033P', 'CZ25123891', 'DE136695976', 'DK13585628'],
  ...['EE100594102', 'EL094259216', 'ESA13585625', 'FI20774740', 'FR40303265045', 'HR33392005961', 'HU12892312'],
  ...['IE6433435F', 'IT00743110157', 'LT100001919017', 'LU15027442', 'LV40003521600', 'MT11679112', 'NL004495445B01'],
  ...['PL8567346215', 'PT501964843', 'RO18547290', 'SE556188840401', 'SI50223054', 'SK2022749619', 'GB980780684'],
  ...['NO995525828MVA', 'CHE107787577IVA'],
];

describe('a VAT id', () => {
  test.each(VALID_IDS)('%s is taken, also without its prefix in an address of its country', (vatId) => {
    const country = vatCountryOf(vatId);
    expect(normaliseVatId(vatId, 'US')).toEqual({ vatId });
    expect(normaliseVatId(vatId.slice(2), country === 'CH' ? 'US' : country)).toEqual(
      country === 'CH' ? { vatId: vatId.slice(2) } : { vatId },
    );
  });

  test.each(VALID_IDS)('%s with another digit is refused', (vatId) => {
    // The first digit of the number that is not a prefix of the form; each check covers it.
    const changed = vatId.replace(/\d(?=\D*\d\D*$|B01$)/, (digit) => String((Number(digit) + 1) % 10));
    expect(normaliseVatId(changed, 'US')).toEqual({ refusal: expect.stringContaining(vatCountryOf(vatId)) });
  });

  test('is folded: case, spaces, dots, dashes and wide digits do not matter', () => {
    expect(normaliseVatId(' de 136.695-976 ', 'FR')).toEqual({ vatId: 'DE136695976' });
    expect(normaliseVatId('ＤＥ１３６６９５９７６', 'DE')).toEqual({ vatId: 'DE136695976' });
    expect(normaliseVatId('CHE-107.787.577 IVA', 'CH')).toEqual({ vatId: 'CHE107787577IVA' });
  });

  test('of Greece has EL, whether it was typed so or not', () => {
    for (const typed of ['EL094259216', 'GR094259216', '094259216']) {
      expect(normaliseVatId(typed, 'GR')).toEqual({ vatId: 'EL094259216' });
    }
  });

  test('of a country without a known check is taken as it is, unless it cannot be one', () => {
    expect(normaliseVatId('12-3456789', 'US')).toEqual({ vatId: '123456789' });
    expect(normaliseVatId('???', 'US')).toEqual({ refusal: expect.any(String) });
  });

  test('can be from each of the 27 member states of the EU', () => {
    expect([...EU_COUNTRIES].sort()).toEqual(
      'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '),
    );
  });
});
