import { createRequire } from 'node:module';
import type { Validator } from 'stdnum';
import { optionalPersonLine } from '../../lib/contract/text-rules.ts';
import { normaliseCharacters } from './normalise-characters.ts';

/** The checks of stdnum, by country. They are loaded one by one, as all of the library takes 19 MB. */
const VALIDATOR_FILES: Readonly<Record<string, string>> = {
  ...{
    AT: 'at/uid',
    BE: 'be/vat',
    BG: 'bg/vat',
    CY: 'cy/vat',
    CZ: 'cz/dic',
    DE: 'de/vat',
    DK: 'dk/cvr',
    EE: 'ee/kmkr',
  },
  ...{
    ES: 'es/nif',
    FI: 'fi/alv',
    FR: 'fr/tva',
    GR: 'gr/vat',
    HR: 'hr/oib',
    HU: 'hu/anum',
    IE: 'ie/vat',
    IT: 'it/iva',
  },
  ...{ LT: 'lt/pvm', LU: 'lu/tva', LV: 'lv/pvn', MT: 'mt/vat', NL: 'nl/btw', PL: 'pl/nip', PT: 'pt/nif', RO: 'ro/cif' },
  ...{ SE: 'se/vat', SI: 'si/ddv', SK: 'sk/dph', CH: 'ch/vat', GB: 'gb/vat', NO: 'no/mva' },
};
/** Greece has the prefix EL in VAT ids. */
const GREECE_VAT_PREFIX = 'EL';
const NON_EU_VALIDATORS = ['CH', 'GB', 'NO'];

/** The member states of the EU, ISO 3166-1 alpha-2. */
export const EU_COUNTRIES: ReadonlySet<string> = new Set(
  Object.keys(VALIDATOR_FILES).filter((country) => !NON_EU_VALIDATORS.includes(country)),
);

const require = createRequire(import.meta.url);

function validatorOf(country: string): Validator | undefined {
  const file = Object.hasOwn(VALIDATOR_FILES, country) ? VALIDATOR_FILES[country] : undefined;
  if (file === undefined) return undefined;
  const validator: Validator = require(`stdnum/lib/cjs/${file}.js`);
  return validator;
}

/** The country of a VAT id's prefix. */
export function vatCountryOf(vatId: string): string {
  const prefix = vatId.slice(0, 2);
  return prefix === GREECE_VAT_PREFIX ? 'GR' : prefix;
}

/** The outcome of a check: the VAT id with its prefix and without spaces, or the reason for refusing it. */
export type VatIdCheck = { vatId: string } | { refusal: string };

/**
 * Checks form and check digit of a VAT id, and adds the prefix of its country. Whether it is registered, only the tax
 * authority knows. The ids of countries without a known check are taken as they are.
 * @param country of the address, for an id without a prefix
 */
export function normaliseVatId(text: string, country: string): VatIdCheck {
  const bare = normaliseCharacters(text)
    .toUpperCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
  const named = vatCountryOf(bare);
  for (const candidate of new Set([named, country])) {
    const check = validatorOf(candidate)?.validate(bare);
    if (check?.isValid) return { vatId: withPrefix(check.compact, candidate) };
  }
  const issuer = validatorOf(named) ? named : country;
  if (validatorOf(issuer)) return { refusal: `This is no VAT id of ${issuer}: its form or its check digit is wrong.` };
  return /^[A-Z\d]{4,20}$/.test(bare) ? { vatId: bare } : { refusal: 'A VAT id has 4 to 20 letters and digits.' };
}

/** Swiss ids begin with CHE, which is a part of them. */
function withPrefix(compact: string, country: string): string {
  const prefix = country === 'GR' ? GREECE_VAT_PREFIX : country;
  return compact.startsWith(prefix) ? compact : prefix + compact;
}

/** The contract rule of a VAT id that may be absent or empty. `normaliseVatId` checks it. */
export const optionalVatId = { ...optionalPersonLine, max: 30 } as const;
