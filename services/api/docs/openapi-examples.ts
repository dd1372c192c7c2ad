import type { Schema } from '../../../lib/contract/contract.ts';
import { fullRule } from '../../../lib/contract/json-schema.ts';

/** Examples by the name of a field, which tells more than its rule. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  email: 'ada@example.com',
  password: 'correct horse battery staple',
  currentPassword: 'correct horse battery staple',
  name: 'Ada Byron',
  company: 'Analytical Engines Ltd.',
  phone: '+4930123456',
  vatId: 'DE136695976',
  line1: '12 Analytical Way',
  line2: 'Second floor',
  city: 'Berlin',
  region: 'Berlin',
  postcode: '10115',
  country: 'DE',
  sku: 'KNT-ALDER-GRAPHITE-S',
  quantity: 2,
  currency: 'EUR',
  amount: 8995,
  percent: 1000,
  minimum: 5000,
  limit: 100,
  perCustomer: 1,
  carrier: 'Post',
  trackingNumber: 'RR123456785DE',
  reason: 'too warm',
  note: 'by the back door',
  validFrom: '2026-12-01T00:00:00Z',
  validUntil: '2026-12-24T00:00:00Z',
  shippingMethod: 'standard',
  paymentMethod: 'tok_ok',
  addressId: 'adr_01JNVVWZEZHWMHB63K63A6KM7H',
  billingAddressId: 'adr_01JNVVWZEZHWMHB63K63A6KM7H',
  couponCodes: ['WELCOME10'],
  slug: 'alder-merino-crew-sweater',
  category: 'knitwear',
  attributes: { material: 'Merino wool' },
  options: { colour: 'Graphite', size: 'S' },
  prices: { EUR: { amount: 8995 } },
  barcode: '4006381333931',
  at: '2026-12-24T00:00:00Z',
  date: '2026-12-24',
};

/** An example of a body, with all its fields. */
export const bodyExample = (fields: Schema): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).map(([name, rule]) => [name, exampleOf(name, rule)]));

function exampleOf(name: string, given: unknown): unknown {
  const rule = fullRule(given);
  const isFixed = rule.type === 'object' || rule.type === 'enum';
  if (Object.hasOwn(BY_NAME, name) && !isFixed) return BY_NAME[name];
  switch (rule.type) {
    case 'boolean':
      return true;
    case 'number':
      return rule.min ?? 1;
    case 'enum':
      return (rule.values as unknown[])[0];
    case 'equal':
      return rule.value;
    case 'array':
      return [exampleOf(name, rule.items)];
    case 'object':
      return bodyExample(rule.props as Schema);
    default:
      return 'text';
  }
}
