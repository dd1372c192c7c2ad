import { storeOf } from './books.ts';
import { type Answer, eventually, type Shopper, type TestShop } from './shop.ts';

interface Desk {
  shop: TestShop;
  staff: Shopper;
  /** Whose order it is. */
  shopper: Shopper;
  /** The order. */
  id: string;
}

/** What tests do with one order after another, as staff and as its customer. @param now the order of the running test */
export function orderDesk(now: () => Desk) {
  const admin = (what: string, body: object = {}, headers: Record<string, string> = {}) =>
    now().staff.ask(`POST /v1/admin/orders/${now().id}/${what}`, body, headers);
  const mine = async (): Promise<Answer['body']> => (await now().shopper.ask(`GET /v1/orders/${now().id}`)).body;
  return {
    admin,
    mine,
    until: (is: (order: Answer['body']) => boolean) => eventually(mine, is),
    async ship() {
      await admin('pack');
      return admin('ship', { carrier: 'Post', trackingNumber: 'RR1' });
    },
    /** Once all orders of it are sold, or released. */
    async stockOf(sku: string) {
      const stock = await eventually(
        () => storeOf(now().shop, 'inventory').get(sku),
        (found) => found === null || found.reserved === 0,
      );
      return { available: stock?.available ?? 0, sold: stock?.sold ?? 0 };
    },
    /** What the sandbox has taken and given back. */
    async ledger() {
      const { captured, refunded } = (await storeOf(now().shop, 'sandbox').get(now().id)) ?? {};
      return { captured, refunded };
    },
  };
}
