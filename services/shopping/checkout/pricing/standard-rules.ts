import type { PricingRules } from './rules.ts';

/** Standard rates of value added tax in the European Union, in basis points. */
const EU_RATES = {
  AT: 2000,
  BE: 2100,
  BG: 2000,
  HR: 2500,
  CY: 1900,
  CZ: 2100,
  DK: 2500,
  EE: 2400,
  FI: 2550,
  FR: 2000,
  DE: 1900,
  GR: 2400,
  HU: 2700,
  IE: 2300,
  IT: 2200,
  LV: 2100,
  LT: 2100,
  LU: 1700,
  MT: 1800,
  NL: 2100,
  PL: 2300,
  PT: 2300,
  RO: 2100,
  SK: 2300,
  SI: 2200,
  ES: 2100,
  SE: 2500,
} as const;

const EU = Object.keys(EU_RATES);

/**
 * Rules for the sample catalogue: prices with tax, for a shop in the European Union. As a sample, they have the same
 * numbers in every currency.
 */
export const standardRules: PricingRules = {
  taxIncluded: true,
  tax: [
    ...Object.entries(EU_RATES).map(([country, rate]) => ({ country, taxClass: '*', rate })),
    { country: '*', taxClass: '*', rate: 0 },
  ],
  shipping: [
    {
      id: 'standard',
      title: 'Standard',
      countries: EU,
      by: 'total',
      bands: [{ upTo: null, price: 490 }],
      freeFrom: 5000,
    },
    {
      id: 'international',
      title: 'International',
      by: 'weight',
      bands: [
        { upTo: 2000, price: 1490 },
        { upTo: 20_000, price: 3990 },
      ],
    },
    {
      id: 'express',
      title: 'Express',
      countries: ['DE', 'AT', 'NL', 'BE', 'LU'],
      by: 'weight',
      bands: [
        { upTo: 5000, price: 990 },
        { upTo: 30_000, price: 1990 },
      ],
    },
  ],
};
