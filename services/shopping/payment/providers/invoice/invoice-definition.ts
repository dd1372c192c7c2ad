import type { Rpc } from '../../../../../lib/contract/contract.ts';
import { wholeNumber } from '../../../../../lib/process/settings/setting.ts';
import { receivableMethod } from '../../receivables/receivable-method.ts';
import { receivableProvider } from '../../receivables/receivable-provider.ts';
import { countrySetting, currencySetting } from '../method-settings.ts';
import { defineProvider } from '../provider-definition.ts';

const method = receivableMethod('invoice');

const settings = {
  INVOICE_NET_DAYS: {
    rule: { ...wholeNumber, min: 0, max: 365, default: 14 },
    allowed: 'a whole number of days from 0 to 365',
    about: 'the days after which an order that is paid by invoice has to be paid',
  },
  INVOICE_LARGEST: {
    rule: { ...wholeNumber, min: 100, max: 99_999_999_999, default: 100_000 },
    allowed: 'an amount in minor units from 100 to 99999999999',
    about: 'the largest total that can be paid by invoice, in minor units of each currency',
  },
  INVOICE_CURRENCIES: currencySetting('that can be paid by invoice'),
  INVOICE_COUNTRIES: countrySetting('to which goods go by invoice'),
} as const;

/** Payment by invoice, for customers whom staff allows: the goods go out on credit, and staff books the money. */
export const invoiceDefinition = defineProvider({
  ...method,
  needsPermission: true,
  settings,

  restrictions: ({ INVOICE_CURRENCIES: currencies, INVOICE_COUNTRIES: countries, INVOICE_LARGEST: largest }) => ({
    ...{ currencies, countries, largest },
  }),

  configure:
    ({ INVOICE_NET_DAYS: netDays }) =>
    (rpc: Rpc) =>
      receivableProvider(rpc, {
        ...{ provider: method.name, limits: method.limits, netDays },
        actionOf(key) {
          throw new Error(`the claim ${key} on credit is open`);
        },
      }),
});
