import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { sampleCatalogue } from '../../../services/product/seed/catalogue.ts';
import { stopAndAudit } from '../../support/books.ts';
import { eachEngine } from '../../support/engines.ts';
import { ADDRESS, type Answer, eventually, Shopper, startShop, type TestShop } from '../../support/shop.ts';
import { staffAt } from '../../support/staff.ts';

const { products } = await sampleCatalogue('EUR');
const MUG = products.flatMap(({ variants }) => variants).find(({ stock }) => stock > 60)?.sku as string;
const GERMAN_VAT_ID = 'DE136695976';
const FRENCH_VAT_ID = 'FR40303265045';
const PARIS = { ...ADDRESS, city: 'Paris', postcode: '75001', country: 'FR' };
const OFFICE = { name: 'Accounts', company: 'Moteurs SA', line1: '1 Rue de la Paix', ...{ city: 'Paris' } };
const BILLING = { ...OFFICE, postcode: '75002', country: 'FR', vatId: FRENCH_VAT_ID };

eachEngine('billing', (engine) => {
  let shop: TestShop;
  let ada: Shopper;
  let staff: Shopper;

  beforeAll(async () => {
    shop = await startShop(engine.config({ SEED: 'true', SELLER_VAT_ID: GERMAN_VAT_ID }));
    staff = await staffAt(shop);
  });
  beforeEach(async () => {
    ada = await Shopper.at(shop.url);
    await ada.put(MUG, 2);
  });
  afterAll(async () => {
    expect(await stopAndAudit(shop)).toEqual([]);
  });

  const quote = (body: object) => ada.ask('POST /v1/checkout/quote', body);
  const order = (body: object, key: string = randomUUID()) =>
    ada.ask('POST /v1/orders', body, { 'idempotency-key': key });
  const invoice = async ({ body }: Answer): Promise<string> =>
    (await ada.ask(`GET /v1/orders/${body.id}/invoice?format=html`)).body;
  /** Once the refund of a cancelled order is done. */
  const creditNotes = ({ body }: Answer) =>
    eventually(
      () => ada.ask(`GET /v1/orders/${body.id}/credit-notes`),
      (answer) => answer.body.items.length > 0,
    );
  const pointers = ({ body }: Answer) => body.errors?.map(({ pointer }: { pointer: string }) => pointer);

  describe('the billing address', () => {
    test('is the shipping address, unless another is sent', async () => {
      const placed = await order({ address: ADDRESS });
      expect(placed).toMatchObject({ status: 201, body: { shippingAddress: ADDRESS, billingAddress: ADDRESS } });
      expect(await invoice(placed)).toContain('12 Analytical Way');
    });

    test('is on the invoice and on the credit note, and the goods go to the shipping address', async () => {
      const placed = await order({ address: ADDRESS, billingAddress: { ...BILLING, phone: '+33 1 23 45 67 89' } });
      expect(placed).toMatchObject({
        status: 201,
        body: { shippingAddress: ADDRESS, billingAddress: { ...BILLING, phone: '+33123456789' } },
      });
      const page = await invoice(placed);
      for (const line of ['Moteurs SA<br>Accounts<br>1 Rue de la Paix<br>75002 Paris<br>France', FRENCH_VAT_ID]) {
        expect(page).toContain(line);
      }
      expect(page).not.toContain('12 Analytical Way');
      expect(page).toContain(`VAT id ${GERMAN_VAT_ID}`);
      expect((await ada.ask(`POST /v1/orders/${placed.body.id}/cancel`)).status).toBe(200);
      const { body } = await creditNotes(placed);
      const path = `GET /v1/orders/${placed.body.id}/credit-notes/${body.items[0].number}?format=html`;
      expect((await ada.ask(path)).body).toContain('Moteurs SA<br>Accounts');
    });

    test('can be one of the address book, which is not sent beside another', async () => {
      const { body: saved } = await ada.ask('POST /v1/me/addresses', BILLING);
      const sent = { addressId: ada.addressId, billingAddressId: saved.id };
      expect((await order(sent)).body.billingAddress).toEqual(BILLING);
      await ada.put(MUG, 1);
      expect(pointers(await order({ ...sent, billingAddress: BILLING }))).toEqual(['/billingAddressId']);
      expect((await order({ ...sent, billingAddressId: 'adr_01JNVVWZEZHWMHB63K63A6KM7H' })).status).toBe(404);
      const bob = await Shopper.at(shop.url);
      expect((await order({ ...sent, billingAddressId: bob.addressId })).status).toBe(404);
    });

    test('is checked as the other one is, with pointers into it', async () => {
      for (const ask of [quote, order]) {
        const wrong = await ask({ address: ADDRESS, billingAddress: { ...BILLING, postcode: '1', vatId: 'FR1' } });
        expect([wrong.status, pointers(wrong)]).toEqual([400, ['/billingAddress/postcode', '/billingAddress/vatId']]);
      }
      const doubtful = { ...BILLING, country: 'US', postcode: '62701', city: 'Springfield', region: 'Atlantis' };
      const { body } = await quote({ address: ADDRESS, billingAddress: doubtful });
      expect(body.warnings).toEqual([{ pointer: '/billingAddress/region', detail: expect.any(String) }]);
    });

    test('is a part of what an Idempotency-Key stands for', async () => {
      const key = randomUUID();
      const first = await order({ address: ADDRESS, billingAddress: BILLING }, key);
      const again = await order({ address: ADDRESS, billingAddress: BILLING }, key);
      expect([again.status, again.body.id]).toEqual([first.status, first.body.id]);
      const other = await order({ address: ADDRESS }, key);
      expect(other).toMatchObject({ status: 422, body: { type: '/problems/idempotency-key-reused' } });
    });
  });

  describe('reverse charge', () => {
    const toCompany = { address: PARIS, billingAddress: BILLING };

    test('is in the quote and in the order: no tax, and prices without the tax that they contain', async () => {
      const { body: taxed } = await quote({ address: PARIS });
      const { body: quoted } = await quote(toCompany);
      expect(taxed).not.toHaveProperty('isReverseCharge');
      expect(quoted.isReverseCharge).toBe(true);
      expect(quoted.totals.tax.amount).toBe(0);
      expect(quoted.taxes).toEqual([]);
      const unit = (body: typeof quoted) => body.items[0].unitPrice.amount;
      expect(unit(quoted)).toBe(Math.round((unit(taxed) * 100) / 120));
      expect(quoted.totals.total.amount).toBe(2 * unit(quoted) + quoted.totals.shipping.amount);
      const prices = quoted.shippingMethods.map(({ price }: { price: { amount: number } }) => price.amount);
      expect(prices).toContain(quoted.totals.shipping.amount);
      const placed = await order({ ...toCompany, expectedTotal: quoted.totals.total });
      expect(placed).toMatchObject({ status: 201, body: { isReverseCharge: true, totals: quoted.totals } });
      expect(placed.body.payment.captured).toEqual(quoted.totals.total);
    });

    test('has its legal note and both VAT ids on the invoice and the credit note', async () => {
      const placed = await order(toCompany);
      const page = await invoice(placed);
      for (const part of ['Reverse charge', 'Article 138', `VAT id ${GERMAN_VAT_ID}`, `VAT id ${FRENCH_VAT_ID}`]) {
        expect(page).toContain(part);
      }
      await ada.ask(`POST /v1/orders/${placed.body.id}/cancel`);
      const { body } = await creditNotes(placed);
      expect(body.items[0]).toMatchObject({
        amount: placed.body.totals.total,
        taxes: [{ rate: 0, tax: { amount: 0 } }],
      });
      const path = `GET /v1/orders/${placed.body.id}/credit-notes/${body.items[0].number}?format=html`;
      const note: string = (await ada.ask(path)).body;
      for (const part of ['Reverse charge', GERMAN_VAT_ID, FRENCH_VAT_ID]) expect(note).toContain(part);
    });

    test('keeps the VAT id on the invoice when staff corrects the shipping address', async () => {
      const placed = await order({ address: { ...PARIS, vatId: FRENCH_VAT_ID } });
      expect(placed.body.isReverseCharge).toBe(true);
      const address = { ...PARIS, line1: '2 Rue Juste' };
      const corrected = await staff.ask(`PUT /v1/admin/orders/${placed.body.id}/address`, { address });
      expect(corrected.status).toBe(200);
      expect(await invoice(placed)).toContain(`VAT id ${FRENCH_VAT_ID}`);
    });

    test.each([
      ['goods that stay in the country of the shop', { address: ADDRESS, billingAddress: BILLING }],
      ['goods that leave the EU', { address: { ...PARIS, country: 'CH', postcode: '8001' }, billingAddress: BILLING }],
      ['a buyer without a VAT id', { address: PARIS, billingAddress: { ...BILLING, vatId: '' } }],
      ['a buyer with one of the country of the shop', { address: { ...PARIS, vatId: GERMAN_VAT_ID } }],
      ['a buyer with one from outside of the EU', { address: { ...PARIS, vatId: 'GB980780684' } }],
    ])('is not for %s', async (_name, body) => {
      expect((await quote(body)).body).not.toHaveProperty('isReverseCharge');
      expect((await order(body)).body).not.toHaveProperty('isReverseCharge');
    });
  });
});

eachEngine('a shop without a VAT id of its own', (engine) => {
  test('charges the tax to everyone', async () => {
    const shop = await startShop(engine.config({ SEED: 'true' }));
    const ada = await Shopper.at(shop.url);
    await ada.put(MUG, 1);
    const { body } = await ada.ask('POST /v1/checkout/quote', { address: { ...PARIS, vatId: FRENCH_VAT_ID } });
    expect(body).not.toHaveProperty('isReverseCharge');
    expect(body.totals.tax.amount).toBeGreaterThan(0);
    expect(await stopAndAudit(shop)).toEqual([]);
  });
});
