import type { Config } from '../../lib/config.ts';
import { service } from '../../lib/service.ts';
import { priceBasket } from './basket.ts';
import { checkout } from './checkout.contract.ts';
import { loadRules } from './pricing/load-rules.ts';
import { parcelOf } from './pricing/price.ts';
import { shippingOptions } from './pricing/shipping.ts';

export default function checkoutService(config: Config) {
  const till = { rules: loadRules(config), currency: config.currency };

  return service()(checkout, config, {
    handlers: {
      async quote(ctx) {
        const items = await ctx.call('cart.own');
        const { priced, address } = await priceBasket(items, ctx.params, ctx.meta.user?.id, till, ctx);
        const { lines, ...rest } = priced;
        const { subtotal, discount } = priced.totals;
        const parcel = parcelOf(lines, address.country, subtotal.amount - discount.amount);
        const shippingMethods = shippingOptions(till.rules, parcel, till.currency);
        return { items: lines, ...rest, shippingMethods };
      },
    },
  });
}
