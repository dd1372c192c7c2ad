import { isValidBIC, isValidIBAN } from 'ibantools';
import type { Rpc } from '../../../../../lib/contract/contract.ts';
import { DAY_MS } from '../../../../../lib/contract/time-zone.ts';
import { text, where, wholeNumber } from '../../../../../lib/process/settings/setting.ts';
import { StartError } from '../../../../../lib/process/start-error.ts';
import { orderNumber } from '../../../order/order-number.ts';
import { orderIdOfKey } from '../../payment-key.ts';
import { receivableMethod } from '../../receivables/receivable-method.ts';
import { receivableProvider } from '../../receivables/receivable-provider.ts';
import { countrySetting, currencySetting } from '../method-settings.ts';
import { defineProvider } from '../provider-definition.ts';

const method = receivableMethod('transfer');

const settings = {
  TRANSFER_IBAN: {
    rule: { ...text, optional: true },
    allowed: 'an IBAN with the right check digits, such as DE02 1203 0000 0000 2020 51',
    about: 'the bank account that customers pay to in advance; required for `transfer`',
    parse: where((iban) => isValidIBAN(iban.replaceAll(' ', ''))),
  },
  TRANSFER_HOLDER: {
    rule: { ...text, max: 70, optional: true },
    allowed: 'a name of at most 70 characters',
    about: 'the holder of the bank account; required for `transfer`',
  },
  TRANSFER_BIC: {
    rule: { ...text, optional: true },
    allowed: 'a BIC such as BYLADEM1001',
    about: 'the BIC of the bank',
    parse: where(isValidBIC),
  },
  TRANSFER_DAYS: {
    rule: { ...wholeNumber, min: 1, max: 90, default: 7 },
    allowed: 'a whole number of days from 1 to 90',
    about: 'how long an order waits for its bank transfer, and keeps its stock, in place of `PAYMENT_MINUTES`',
  },
  TRANSFER_CURRENCIES: currencySetting('that can be transferred'),
  TRANSFER_COUNTRIES: countrySetting('from which customers can pay by bank transfer'),
} as const;

/** A bank transfer in advance: the goods wait for the money, which staff books. */
export const transferDefinition = defineProvider({
  ...method,
  settings,

  paymentTime: ({ TRANSFER_DAYS: days }) => days * DAY_MS,

  restrictions: ({ TRANSFER_CURRENCIES: currencies, TRANSFER_COUNTRIES: countries }) => ({ currencies, countries }),

  configure({ TRANSFER_IBAN: givenIban, TRANSFER_HOLDER: holder, TRANSFER_BIC: bic }) {
    if (!givenIban || !holder) {
      throw new StartError('transfer is among the payment providers: set both TRANSFER_IBAN and TRANSFER_HOLDER');
    }
    const iban = givenIban.replaceAll(' ', '');
    return (rpc: Rpc) =>
      receivableProvider(rpc, {
        provider: method.name,
        limits: method.limits,
        actionOf: (key, amounts) => ({
          ...{ type: 'transfer', iban, holder, ...(bic === undefined ? {} : { bic }) },
          ...{ reference: orderNumber(orderIdOfKey(key) ?? key), ...amounts },
        }),
      });
  },
});
