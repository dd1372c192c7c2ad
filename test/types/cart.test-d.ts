// Checked by `npm run types`: each line under an @ts-expect-error is a mistake that the compiler has to refuse.
import type { Cart, CustomerCart, GuestCart } from '../../services/shopping/cart/cart.ts';
import { mergeCarts, takeOrdered } from '../../services/shopping/cart/cart.ts';

declare const cart: Cart;
declare const customers: CustomerCart;
declare const guests: GuestCart;
declare const now: Date;

const fields = { _id: 'cus_1', rev: 0, items: {}, ordered: [], updatedAt: now };

export const storable: Cart[] = [
  fields,
  { ...fields, generation: 1, lastOrder: { id: 'ord_1', at: now }, merged: ['gst_1:0'] },
  { ...fields, erased: true },
  { ...fields, guest: true, mergedInto: 'cus_1' },
  { ...fields, guest: true, generation: 1, lastOrder: { id: 'ord_1', at: now } },
];

export const notStorable: Cart[] = [
  // @ts-expect-error a customer's cart that was merged into another
  { ...fields, mergedInto: 'cus_2' },
  // @ts-expect-error a guest's cart with a hold
  { ...fields, guest: true, heldUntil: now },
  // @ts-expect-error a guest's cart into which another was merged
  { ...fields, guest: true, merged: ['gst_2:0'] },
  // @ts-expect-error a guest's cart of a customer who is gone
  { ...fields, guest: true, erased: true },
];

takeOrdered(guests, 'ord_1', [], now);
takeOrdered(cart, 'ord_1', [], now);
// @ts-expect-error a customer's cart is not merged into a guest's
mergeCarts(guests, customers, now);
