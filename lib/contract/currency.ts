// Currencies as ISO 4217 has them.

const NO_DECIMALS = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '));
const THREE_DECIMALS = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));
const FOUR_DECIMALS = new Set('CLF UYW'.split(' '));

/**
 * How many decimals a currency's minor unit stands for, by ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD. What `Intl` says
 * instead is how many are usual in print (CLDR): none for HUF or IDR, whose minor unit is a hundredth all the same.
 */
export function decimalsOf(currency: string): number {
  if (NO_DECIMALS.has(currency)) return 0;
  if (THREE_DECIMALS.has(currency)) return 3;
  return FOUR_DECIMALS.has(currency) ? 4 : 2;
}

/** ISO 4217 has no list in Node: what CLDR (Intl) has less what was withdrawn, or is no money to pay with. */
const WITHDRAWN = new Set('ANG BGN BYR CUC HRK SLL STD VEF ZWL XDR XSU'.split(' '));
/** In ISO 4217 since 2025; a Node with older data does not know it. */
const ADDED = ['XCG'];
const CURRENCIES: ReadonlySet<string> = new Set(
  [...Intl.supportedValuesOf('currency'), ...ADDED].filter((code) => !WITHDRAWN.has(code)),
);

/** Whether a code is that of a currency in use, by ISO 4217. */
export const isCurrency = (code: string): boolean => CURRENCIES.has(code);

/** The contract rule of a currency's ISO 4217 code. */
export const currencyRule = { type: 'string', pattern: /^[A-Z]{3}$/ } as const;
