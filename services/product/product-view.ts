import type { Money } from '../../lib/money.ts';
import { availabilityOf, bestOf, type Levels } from './availability.ts';
import { imageView } from './image-view.ts';
import { lowestPrice, moneyOf, type Product, soldIn, type Variant } from './product.ts';
import { richText } from './rich-text.ts';

/** What a shopper is shown it in, and what is left of it. */
export interface Sight {
  currency: string;
  levels: Levels;
}

/** A product as lists show it. Only what is sold in the currency is there. */
export function productCard(product: Product, { currency, levels }: Sight) {
  const { _id: id, slug, title, brand, category, attributes, images, rating, createdAt, updatedAt } = product;
  const variants = soldIn(product, currency).map((variant) => ({
    sku: variant.sku,
    title: variant.title,
    options: variant.options,
    ...pricesOf(variant, currency),
    ...(variant.image === undefined ? {} : { image: variant.image }),
    availability: availabilityOf(levels(variant.sku)),
  }));
  return {
    id,
    slug,
    title,
    brand,
    category,
    attributes,
    price: moneyOf(lowestPrice(product, currency) ?? 0, currency),
    images: images.map(imageView),
    rating: ratingView(rating),
    availability: bestOf(variants.map(({ availability }) => availability)),
    variants,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** A product on its own page. */
export function productView(product: Product, sight: Sight) {
  const { description, taxClass } = product;
  return { ...productCard(product, sight), description, descriptionHtml: richText(description), taxClass };
}

/** `average` is rounded to a tenth of a star; null without a review. */
export const ratingView = ({ count, sum }: Product['rating']) => ({
  count,
  average: count > 0 ? Math.round((10 * sum) / count) / 10 : null,
});

function pricesOf({ prices }: Variant, currency: string): { price: Money; compareAtPrice?: Money } {
  const { amount, compareAt } = prices[currency] ?? { amount: 0 };
  return {
    price: moneyOf(amount, currency),
    ...(compareAt === undefined ? {} : { compareAtPrice: moneyOf(compareAt, currency) }),
  };
}

/** What a cart or an order needs to know of a SKU; undefined where it is not sold in the currency. */
export function offerOf(product: Product, variant: Variant, { currency, levels }: Sight) {
  if (!Object.hasOwn(variant.prices, currency)) return undefined;
  const { _id: productId, slug, title, category, taxClass } = product;
  const { sku, weight } = variant;
  const { price } = pricesOf(variant, currency);
  const goods = { sku, productId, slug, title, variant: variant.title, category, taxClass, weight, price };
  return { ...goods, availability: availabilityOf(levels(sku)) };
}
