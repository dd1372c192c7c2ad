const NO_DECIMALS = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' '));
const THREE_DECIMALS = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));
const FOUR_DECIMALS = new Set('CLF UYW'.split(' '));

/**
 * The decimals of a currency's minor unit by ISO 4217: 2 for EUR, 0 for JPY, 3 for KWD. `Intl` cannot be used: it has the
 * decimals that are usual in print (CLDR), none for HUF or IDR, although their minor unit is a hundredth.
 */
export function decimalsOf(currency: string): number {
  if (NO_DECIMALS.has(currency)) return 0;
  if (THREE_DECIMALS.has(currency)) return 3;
  return FOUR_DECIMALS.has(currency) ? 4 : 2;
}

/** Codes that CLDR (Intl) still has, but that were withdrawn from ISO 4217 or are units of account (XDR, XSU). */
const WITHDRAWN = new Set('ANG BGN BYR CUC HRK SLL STD VEF ZWL XDR XSU'.split(' '));
/** Added to ISO 4217 in 2025; older versions of Node do not know it. */
const ADDED_IN_2025 = ['XCG'];
const CURRENCIES: ReadonlySet<string> = new Set(
  [...Intl.supportedValuesOf('currency'), ...ADDED_IN_2025].filter((code) => !WITHDRAWN.has(code)),
);

/** Whether a code is that of a current currency in ISO 4217. */
export const isCurrency = (code: string): boolean => CURRENCIES.has(code);

/** The contract rule of a currency's ISO 4217 code. */
export const currencyRule = { type: 'string', pattern: /^[A-Z]{3}$/ } as const;
