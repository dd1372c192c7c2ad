import { describe, expect, test } from '@jest/globals';
import type { ValidationSchema } from 'fastest-validator';
import countries from 'i18n-iso-countries';
import { Validator } from '../../../lib/contract/validator.ts';
import { normalisePostcode, optionalPostcode } from '../../../services/shared/postcode.ts';
import {
  COUNTRIES_WITH_OPTIONAL_POSTCODES,
  COUNTRIES_WITH_UNCERTAIN_FORMS,
  COUNTRIES_WITHOUT_POSTCODES,
  POSTCODE_EXAMPLES,
} from '../../../services/shared/postcode-examples.ts';

/** Postcodes as people write them, by country: the usual form first. */
const SPELLINGS: readonly (readonly [country: string, usual: string, ...written: string[]])[] = [
  ['AD', 'AD500', 'ad500', 'AD 500', 'AD-500', '500'],
  ['AI', 'AI-2640', '2640', 'AI 2640', 'ai2640'],
  ['AM', '0010', 'AM-0010'],
  ['AR', 'C1425CLA', 'c1425cla', 'C 1425 CLA', 'C1425-CLA'],
  ['AR', '1425', 'CP 1425', 'AR-1425'],
  ['AT', '1010', 'A-1010', 'AT-1010', 'A 1010'],
  ['AU', '2000', 'AU-2000', '２０００'],
  ['AX', '22100', 'AX-22100'],
  ['AZ', '1000', 'AZ 1000', 'AZ1000', 'AZ-1000'],
  ['BB', 'BB11000', '11000', 'BB 11000'],
  ['BD', '1000', '১০০০'],
  ['BE', '1000', 'B-1000', 'BE-1000'],
  ['BG', '1000', 'BG-1000'],
  ['BM', 'HM 12', 'hm12', 'HM-12'],
  ['BN', 'BS8711', 'bs 8711'],
  ['BR', '01310-100', '01310100', '01310 100', '01.310-100', 'CEP 01310-100', '01310–100'],
  ['BY', '220030', 'BY-220030'],
  ['CA', 'K1A 0B1', 'k1a0b1', 'K1A-0B1', 'K1A  0B1', 'k1a 0b1'],
  ['CH', '8001', 'CH-8001', 'CH 8001'],
  ['CL', '8340518', '834-0518', '834 0518'],
  ['CN', '100000', '１０００００', 'CN-100000'],
  ['CO', '110111', '110 111'],
  ['CR', '10101', 'CR-10101'],
  ['CY', '1010', 'CY-1010', 'Τ.Κ. 1010'],
  ['CZ', '110 00', '11000', 'CZ-110 00', '110-00', 'CZ11000'],
  ['DE', '10115', 'D-10115', 'DE-10115', 'D 10115', ' 10115 ', '１０１１５', '10 115', 'D–10115'],
  ['DK', '1050', 'DK-1050', 'DK 1050'],
  ['EE', '10111', 'EE-10111'],
  ['EG', '11511', '١١٥١١'],
  ['ES', '28013', 'E-28013', 'ES-28013', '28 013'],
  ['FI', '00100', 'FI-00100', 'FIN-00100', 'SF-00100'],
  ['FK', 'FIQQ 1ZZ', 'fiqq1zz'],
  ['FO', '100', 'FO-100'],
  ['FR', '75001', 'F-75001', 'FR-75001', '75 001', 'F 75001'],
  ['GB', 'SW1A 1AA', 'sw1a1aa', 'SW1A1AA', 'sw1a 1aa', 'SW1A-1AA', 'GB-SW1A 1AA', 'ＳＷ１Ａ　１ＡＡ'],
  ['GB', 'M1 1AE', 'm11ae', 'M1  1AE'],
  ['GB', 'DN55 1PT', 'dn551pt'],
  ['GE', '0105', 'GE-0105'],
  ['GG', 'GY1 1AA', 'gy11aa'],
  ['GI', 'GX11 1AA', 'gx111aa'],
  ['GL', '3900', 'GL-3900'],
  ['GR', '104 35', '10435', 'GR-104 35', 'GR 10435', 'ΤΚ 10435', 'Τ.Κ. 104 35', 'τ.κ. 10435', 'T.K. 10435'],
  ['GU', '96910-1234', '969101234', '96910 1234'],
  ['HR', '10000', 'HR-10000'],
  ['HU', '1051', 'H-1051', 'HU-1051'],
  ['ID', '10110', '10-110'],
  ['IE', 'D02 AF30', 'd02 af30', 'd02af30', 'D02-AF30', 'D02AF30', 'IE-D02 AF30'],
  ['IE', 'D6W XY00', 'd6wxy00'],
  ['IL', '9614303', '96143 03'],
  ['IM', 'IM1 1AA', 'im11aa'],
  ['IN', '110001', '110 001', 'PIN 110001', 'Pincode: 110001', 'Pin code 110 001', 'IN-110001', '११०००१'],
  ['IR', '11936-12345', '1193612345', '۱۱۹۳۶۱۲۳۴۵'],
  ['IS', '101', 'IS-101'],
  ['IT', '00144', 'I-00144', 'IT-00144', 'CAP 00144'],
  ['JE', 'JE2 4WD', 'je24wd'],
  ['JP', '100-0001', '1000001', '〒100-0001', '〒１００－０００１', '100ー0001', '100−0001', '100 0001'],
  ['KR', '03187', 'KR-03187', '우)03187', '우편번호 03187'],
  ['KY', 'KY1-1100', 'ky1 1100', 'KY11100'],
  ['KZ', '050000', 'KZ-050000'],
  ['LB', '1107 2810', '11072810', '1107-2810'],
  ['LI', '9490', 'FL-9490', 'LI-9490'],
  ['LT', '01100', 'LT-01100', 'LT 01100', 'LT01100'],
  ['LU', '1009', 'L-1009', 'LU-1009', 'L 1009', 'l1009'],
  ['LV', 'LV-1010', '1010', 'LV 1010', 'lv1010', 'LV–1010'],
  ['MC', '98000', 'MC-98000'],
  ['MD', '2001', 'MD-2001', 'MD 2001', 'md2001'],
  ['MT', 'VLT 1117', 'vlt1117', 'VLT-1117'],
  ['MX', '01000', 'C.P. 01000', 'CP 01000'],
  ['MY', '50480', '50 480'],
  ['NI', '11001', 'NI-11001'],
  [
    'NL',
    '1012 JX',
    '1012jx',
    '1012 jx',
    '1012JX',
    '1012-JX',
    'NL-1012 JX',
    'nl 1012 jx',
    '1012\u00a0JX',
    '1012\u200bJX',
  ],
  ['NO', '0150', 'N-0150', 'NO-0150', 'NO 0150'],
  ['NZ', '6011', 'NZ 6011'],
  ['OM', '112', 'PC 112', 'P.C. 112'],
  ['PL', '00-950', '00950', '00 950', 'PL-00-950', '00–950', '00‑950'],
  ['PR', '00901', 'PR 00901'],
  ['PT', '1000-001', '1000001', '1000 001', 'P-1000-001', 'PT-1000-001', '1000—001'],
  ['PT', '1000', 'P-1000'],
  ['RO', '010011', 'RO-010011', '010 011'],
  ['RS', '11000', 'RS-11000'],
  ['RU', '101000', 'RUS-101000', '101 000'],
  ['SA', '11564-1234', '11564 1234'],
  ['SE', '123 45', '12345', 'SE-123 45', 'S-123 45', 'SE-12345', '123-45'],
  ['SG', '018956', 'SG 018956', '018 956', 'S018956', 'S(018956)', 'Singapore 018956', 'S 018956'],
  ['SI', '1000', 'SI-1000', 'SLO-1000'],
  ['SK', '811 01', '81101', 'SK-811 01'],
  ['SV', 'CP 1101', '1101', 'CP1101', 'cp-1101'],
  ['TH', '10200', '๑๐๒๐๐'],
  ['TR', '06420', 'TR-06420'],
  ['TW', '100', 'TW-100'],
  ['UA', '01001', 'UA-01001'],
  ['US', '20500', 'US-20500', '２０５００'],
  ['US', '20500-0003', '205000003', '20500 0003', '20500–0003', 'US 20500-0003'],
  ['VA', '00120', 'V-00120'],
  ['VC', 'VC0100', '0100', 'vc 0100'],
  ['VG', 'VG1110', '1110', 'VG 1110'],
  ['VN', '100000', '100 000'],
  ['XK', '10000', 'XK-10000'],
  ['ZA', '0001', 'ZA-0001'],
];
const WRITTEN = SPELLINGS.flatMap(([country, usual, ...others]) =>
  [usual, ...others].map((written) => [country, written, usual] as const),
);

test(`the table has ${WRITTEN.length} spellings of more than 60 countries`, () => {
  expect(WRITTEN.length).toBeGreaterThan(250);
  expect(new Set(WRITTEN.map(([country]) => country)).size).toBeGreaterThan(60);
});

describe('a postcode', () => {
  test.each(WRITTEN)('of %s written %j is stored as %s, without a doubt', (country, written, usual) => {
    expect(normalisePostcode(written, country)).toEqual({ postcode: usual });
    expect(normalisePostcode(usual, country)).toEqual({ postcode: usual });
  });

  test.each(Object.entries(POSTCODE_EXAMPLES))('of %s, in each of its forms (%s), is one', (country, forms) => {
    for (const form of forms.split('|')) {
      for (const written of [form, form.toLowerCase(), form.replaceAll(/[ -]/g, ''), `${country}-${form}`]) {
        expect([written, normalisePostcode(written, country)]).toEqual([written, { postcode: form }]);
      }
    }
  });

  test.each([
    ['DE', '1011'],
    ['DE', 'SW1A 1AA'],
    ['DE', '10115 Berlin'],
    ['DE', 'A-10115'],
    ['GB', '10115'],
    ['GB', 'SW1A'],
    ['US', '9410'],
    ['US', '94103-12'],
    ['CA', 'K1A'],
    ['CA', 'D1A 0B1'],
    ['JP', 'none'],
    ['AT', '0123'],
    ['ES', '99999'],
    ['IN', '11000'],
    ['NL', '1012'],
    ['FR', '7500'],
    ['PL', '0095'],
    ['LI', '8001'],
  ])('of %s is not %s, and the refusal shows one that is', (country, written) => {
    const [example = ''] = POSTCODE_EXAMPLES[country]?.split('|') ?? [];
    expect(normalisePostcode(written, country)).toEqual({ refusal: expect.stringContaining(example) });
    expect(normalisePostcode(example, country)).toEqual({ postcode: example });
  });

  test.each([
    ['NI', 'MANAGUA 1'],
    ['AR', '14255'],
    ['IE', 'Dublin 4'],
    ['EC', '1234'],
    ['PE', 'LIMA 13'],
  ])('of %s that is not usual there (%s) is taken with a warning', (country, written) => {
    const [example = ''] = POSTCODE_EXAMPLES[country]?.split('|') ?? [];
    const spelling = { postcode: written.toUpperCase(), warning: expect.stringContaining(example) };
    expect(normalisePostcode(written, country)).toEqual(spelling);
  });

  test.each(['HK', 'AE', 'QA', 'GH', 'PA', 'IE', 'AO', 'MO', 'JM', 'FJ', 'BS', 'UG', 'ZW', 'NG', 'CO', 'EC'])(
    'can be left out, or empty, in %s',
    (country) => {
      for (const none of [undefined, '', '  ', '-']) expect(normalisePostcode(none, country)).toEqual({});
    },
  );

  test.each(['DE', 'US', 'GB', 'JP', 'IN', 'BR', 'FR'])('is needed in %s, and the refusal shows one', (country) => {
    const [example = ''] = POSTCODE_EXAMPLES[country]?.split('|') ?? [];
    for (const none of [undefined, '', ' - ']) {
      expect(normalisePostcode(none, country)).toEqual({ refusal: expect.stringContaining(example) });
    }
  });

  test.each(['HK', 'AE', 'QA'])('that is given in %s, which has none, is kept with a warning', (country) => {
    expect(normalisePostcode('00000', country)).toEqual({
      postcode: '00000',
      warning: expect.stringContaining(country),
    });
  });

  test('is decided for every country in one way, and never by throwing', () => {
    for (const country of Object.keys(countries.getAlpha2Codes())) {
      const known = [Object.hasOwn(POSTCODE_EXAMPLES, country), COUNTRIES_WITHOUT_POSTCODES.has(country)].filter(
        Boolean,
      ).length;
      expect([country, known]).toEqual([country, expect.any(Number)]);
      expect(known).toBeLessThanOrEqual(1);
      for (const text of ['', '1', 'x', '〒', '-'.repeat(16), '\u{1d7d8}', '💌', 'constructor'])
        normalisePostcode(text, country);
    }
    for (const set of [
      COUNTRIES_WITHOUT_POSTCODES,
      COUNTRIES_WITH_OPTIONAL_POSTCODES,
      COUNTRIES_WITH_UNCERTAIN_FORMS,
    ]) {
      for (const country of set) expect([country, countries.isValid(country)]).toEqual([country, true]);
    }
  });
});

describe('the rule of a postcode in a request', () => {
  const validator = new Validator({ considerNullAsAValue: true, useNewCustomCheckerFunction: true });
  const check = validator.compile({ $$strict: true, postcode: optionalPostcode } as unknown as ValidationSchema);

  test.each(['\u200e10115', '10115\u200b', '\u202a10115\u202c', '\ufeff10115', '10\u00ad115'])(
    'takes %j, with invisible characters that were copied with it',
    (postcode) => {
      const value = { postcode };
      expect(check(value)).toBe(true);
      expect(value.postcode).toBe('10115');
    },
  );

  test.each(['10\n115', '10\x095', 'a.example/x', '1'.repeat(17)])('does not take %j', (postcode) => {
    expect(check({ postcode })).not.toBe(true);
  });
});
