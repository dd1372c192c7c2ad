import { isCurrency } from '../../contract/currency.ts';
import { isTimeZone } from '../../contract/time-zone.ts';
import { FLAG_ALLOWED, flag, listOf, number, type Setting, text, where, wholeNumber } from './setting.ts';

/** What the shop sells in and by which rules. */
export const shopSettings = {
  CURRENCY: {
    rule: { ...text, pattern: /^[A-Z]{3}$/, default: 'EUR' },
    allowed: 'an ISO 4217 code such as EUR',
    about: 'what the shop sells in when nothing else is asked for',
    parse: where(isCurrency),
  },
  CURRENCIES: {
    rule: { ...text, pattern: /^[A-Z]{3}(, *[A-Z]{3})*$/, default: '' },
    allowed: 'ISO 4217 codes such as EUR,USD, separated by commas',
    about: 'others that it has price lists in; the sample has prices in all that are set when it is loaded',
    parse: listOf((code) => (isCurrency(code) ? code : undefined)),
  },
  TIME_ZONE: {
    rule: { ...text, default: 'UTC' },
    allowed: 'an IANA time zone such as Europe/Berlin',
    about: 'whose days and years invoices, coupons and mails have, [docs/invoices.md](docs/invoices.md)',
    parse: where(isTimeZone),
  },
  SEED: {
    rule: { ...flag, optional: true },
    allowed: FLAG_ALLOWED,
    about: 'loads the sample catalogue into an empty database',
    defaultNote: '`true`, in production `false`',
  },
  PRICING_FILE: {
    rule: { ...text, optional: true },
    allowed: 'a JSON file',
    about: 'taxes, and shipping in every currency, [docs/pricing.md](docs/pricing.md)',
    defaultNote: 'the sample rules',
  },
  GUEST_CHECKOUT: {
    rule: { ...flag, default: true },
    allowed: FLAG_ALLOWED,
    about:
      'whether guests can order without an account, and follow what they ordered: [docs/guests.md](docs/guests.md)',
  },
  HOLD_MINUTES: {
    rule: { ...number, min: 0.01, max: 1440, default: 15 },
    allowed: 'a number of minutes from 0.01 to 1440',
    about: 'how long a hold keeps stock aside',
  },
  PAYMENT_MINUTES: {
    rule: { ...number, min: 0.01, max: 1440, default: 30 },
    allowed: 'a number of minutes from 0.01 to 1440',
    about: 'how long an order waits to be paid, and keeps its stock: [docs/payments.md](docs/payments.md)',
  },
  WITHDRAWAL_DAYS: {
    rule: { ...wholeNumber, min: 0, max: 3650, default: 14 },
    allowed: 'a whole number of days from 0 (delivery is never refunded with a return) to 3650',
    about:
      'within how many days after delivery all goods must be sent back for the delivery cost to be refunded too: ' +
      '[docs/returns.md](docs/returns.md)',
  },
  SELLER: {
    rule: { ...text, default: 'Moleculer Shop, 1 Market Street, 10115 Berlin' },
    allowed: 'a name and an address, their parts separated by commas',
    about: 'who issues the invoices',
  },
  SELLER_VAT_ID: {
    rule: { ...text, pattern: /^[A-Z]{2}[A-Z\d]{2,18}$/, optional: true },
    allowed: 'a VAT id with the prefix of its country and without spaces, such as DE136695976',
    about:
      'the VAT id of who issues the invoices; with one of the EU, companies in other member states owe the VAT ' +
      'themselves: [docs/invoices.md](docs/invoices.md#reverse-charge)',
    defaultNote: 'none: no reverse charge',
  },
} as const satisfies Record<string, Setting>;
