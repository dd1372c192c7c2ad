import { randomUUID } from 'node:crypto';
import { sampleCatalogue } from '../../services/product/seed/catalogue.ts';
import { storeOf } from './books.ts';
import { eventually, type Shopper, type TestShop } from './shop.ts';

/** A shop with a provider of cards, bank transfers and invoices. */
export const PAYING_ENV = {
  ...{ SEED: 'true', LOG_LEVEL: 'fatal', PAYMENT_PROVIDERS: 'sandbox,transfer,invoice' },
  ...{ TRANSFER_IBAN: 'DE02 1203 0000 0000 2020 51', TRANSFER_HOLDER: 'Shop Ltd', TRANSFER_BIC: 'BYLADEM1001' },
  INVOICE_COUNTRIES: 'DE,AT',
};

const { products } = await sampleCatalogue('EUR');
/** An article of which there are many. */
export const [PLENTIFUL_SKU = ''] = products
  .flatMap(({ variants }) => variants.filter(({ stock }) => stock > 100))
  .map(({ sku }) => sku);

/** Orders of a customer, and what staff does about their payment. */
export class PaymentDesk {
  readonly shop: TestShop;
  readonly staff: Shopper;

  constructor(shop: TestShop, staff: Shopper) {
    this.shop = shop;
    this.staff = staff;
  }

  async order(shopper: Shopper, paymentMethod: string, quantity = 2) {
    await shopper.put(PLENTIFUL_SKU, quantity);
    const body = { addressId: shopper.addressId, paymentMethod };
    return (await shopper.ask('POST /v1/orders', body, { 'idempotency-key': randomUUID() })).body;
  }

  /** Books money that came in (`payments`) or went back (`payouts`). */
  book(orderId: string, amount: number, key: string = randomUUID(), what: 'payments' | 'payouts' = 'payments') {
    const body = { amount, date: '2026-11-20', bankReference: `E2E-${amount}` };
    return this.staff.ask(`POST /v1/admin/orders/${orderId}/${what}`, body, { 'idempotency-key': key });
  }

  async account(orderId: string) {
    return (await this.staff.ask(`GET /v1/admin/orders/${orderId}/payments`)).body;
  }

  /** The order as staff sees it, once it is so. */
  // biome-ignore lint/suspicious/noExplicitAny: a test says what it expects of a body
  until(orderId: string, is: (order: any) => boolean) {
    return eventually(async () => (await this.staff.ask(`GET /v1/admin/orders/${orderId}`)).body, is);
  }

  /** Waits until the order has no work left. */
  atRest(orderId: string) {
    return eventually(
      () => storeOf(this.shop, 'order').get(orderId),
      (one) => one?.nextAt === null,
    );
  }

  /** The mails of a kind about an order, once there are any. */
  mails(orderId: string, kind: string) {
    const find = () => storeOf(this.shop, 'mail').find({ 'request.order.id': orderId });
    return eventually(
      async () => (await find()).filter(({ request }) => request.kind === kind),
      (found) => found.length > 0,
    );
  }
}
