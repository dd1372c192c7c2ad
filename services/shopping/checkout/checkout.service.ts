import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { limitsOfAll } from '../payment/payment-methods.ts';
import { payableRange, priceBasket } from './basket.ts';
import { checkout } from './checkout.contract.ts';
import { loadRules } from './pricing/load-rules.ts';
import { parcelOf } from './pricing/price.ts';
import { shippingOptions } from './pricing/shipping.ts';

export default function checkoutService(config: Config) {
  const limits = limitsOfAll(config);
  const terms = { book: loadRules(config), limits };

  return service(checkout, config, {
    handlers: {
      async quote(ctx) {
        const cart = await ctx.call('cart.own');
        const { priced, address, rules, warnings } = await priceBasket(cart, ctx.params, ctx.meta.user?.id, terms, ctx);
        const { lines, ...rest } = priced;
        const { subtotal, discount } = priced.totals;
        const parcel = parcelOf(lines, address.country, subtotal.amount - discount.amount);
        const shippingMethods = shippingOptions(rules, parcel, cart.currency);
        const payable = payableRange(limits, cart.currency);
        return { items: lines, ...rest, payable, shippingMethods, ...(warnings.length > 0 ? { warnings } : {}) };
      },
    },
  });
}
