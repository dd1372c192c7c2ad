import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { selectedProvider } from '../payment/providers/registry.ts';
import { payableRange, priceBasket } from './basket.ts';
import { checkout } from './checkout.contract.ts';
import { loadRules } from './pricing/load-rules.ts';
import { parcelOf } from './pricing/price.ts';
import { shippingOptions } from './pricing/shipping.ts';
import { checkSellerVatId } from './reverse-charge.ts';

export default function checkoutService(config: Config) {
  const { limits } = selectedProvider(config);
  const terms = { book: loadRules(config), limits, sellerVatId: checkSellerVatId(config.sellerVatId) };

  return service(checkout, config, {
    handlers: {
      async quote(ctx) {
        const cart = await ctx.call('cart.own');
        const basket = await priceBasket(cart, ctx.params, ctx.meta.user?.id, terms, ctx);
        const { priced, address, isReverseCharge, rules, warnings } = basket;
        const { lines, ...rest } = priced;
        const amounts = lines.map(({ lineTotal, discount }) => lineTotal.amount - discount.amount);
        const parcel = parcelOf(lines, address, amounts);
        const shippingMethods = shippingOptions(rules, parcel, cart.currency);
        const payable = payableRange(limits, cart.currency);
        return {
          items: lines,
          ...rest,
          ...(isReverseCharge ? { isReverseCharge } : {}),
          payable,
          shippingMethods,
          ...(warnings.length > 0 ? { warnings } : {}),
        };
      },
    },
  });
}
