import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { lineStock, piecesOf } from '../cart/line-stock.ts';
import { limitsOfAll } from '../payment/payment-methods.ts';
import { payableRange, priceBasket } from './basket.ts';
import { checkout } from './checkout.contract.ts';
import { refinementsOf } from './destination.ts';
import { loadRules } from './pricing/load-rules.ts';
import { isShipped, parcelOf } from './pricing/price.ts';
import { shippingOptions } from './pricing/shipping.ts';
import { checkSellerVatId } from './reverse-charge.ts';

export default function checkoutService(config: Config) {
  const limits = limitsOfAll(config);
  const terms = { book: loadRules(config), limits, sellerVatId: checkSellerVatId(config.sellerVatId) };

  return service(checkout, config, {
    handlers: {
      async quote(ctx) {
        const cart = await ctx.call('cart.own');
        const basket = await priceBasket(cart, ctx.params, ctx.meta.user?.id, terms, ctx);
        const { priced, destination, isReverseCharge, rules, available, warnings } = basket;
        const { lines, ...rest } = priced;
        const amounts = lines.map(({ lineTotal, discount }) => lineTotal.amount - discount.amount);
        const parcel = parcelOf(lines, destination, amounts);
        const refinedBy = refinementsOf(rules, destination);
        return {
          items: lines.map((line) => ({
            ...line,
            ...lineStock(line.quantity, available.get(line.sku) ?? 0, piecesOf(cart.reserved, line.sku)),
          })),
          ...rest,
          ...(isReverseCharge ? { isReverseCharge } : {}),
          payable: payableRange(limits, cart.currency),
          shippingMethods: lines.some(isShipped) ? shippingOptions(rules, parcel, cart.currency) : [],
          ...(refinedBy.length > 0 ? { refinedBy } : {}),
          ...(warnings.length > 0 ? { warnings } : {}),
        };
      },
    },
  });
}
