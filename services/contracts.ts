import type { Contract } from '../lib/contract.ts';
import { api } from './api/api.contract.ts';
import { customer } from './customer/customer.contract.ts';
import { category } from './product/category.contract.ts';
import { inventory } from './product/inventory.contract.ts';
import { product } from './product/product.contract.ts';
import { cart } from './shopping/cart.contract.ts';
import { order } from './shopping/order.contract.ts';
import { payment } from './shopping/payment.contract.ts';

/** Every contract of the shop: the gateway's routes come from here. */
export const contracts: readonly Contract[] = [api, customer, product, category, inventory, cart, order, payment];
