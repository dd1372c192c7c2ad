import type { Money } from '../../shared/money.ts';
import { availabilityOf, bestAvailability, type LevelOf } from '../inventory/availability.ts';
import { imageView } from '../media/image-view.ts';
import { isShippedProduct, moneyOf, type Product, soldIn, type Variant } from './product.ts';
import { renderMarkdown } from './rich-text.ts';

/** The currency and stock levels that a product is rendered with. */
export interface DisplayContext {
  currency: string;
  levels: LevelOf;
}

/** A product in a list: a summary of the variants sold in the currency. */
export function renderProductCard(product: Product, context: DisplayContext) {
  return cardOf(product, variantsOf(product, context), context);
}

/** A product for clients that copy the catalogue (`updatedSince`), with images and variants. */
export function renderProductCopy(product: Product, context: DisplayContext) {
  const variants = variantsOf(product, context);
  return { ...cardOf(product, variants, context), images: product.images.map(imageView), variants };
}

/** A product on its own page. */
export function renderProductPage(product: Product, context: DisplayContext) {
  const { description, taxClass } = product;
  return {
    ...renderProductCopy(product, context),
    description,
    descriptionHtml: renderMarkdown(description),
    taxClass,
    requiresShipping: isShippedProduct(product),
  };
}

type VariantView = ReturnType<typeof variantsOf>[number];

const variantsOf = (product: Product, { currency, levels }: DisplayContext) =>
  soldIn(product, currency).map((variant) => ({
    sku: variant.sku,
    title: variant.title,
    options: variant.options,
    ...pricesOf(variant, currency),
    ...(variant.image === undefined ? {} : { image: variant.image }),
    availability: availabilityOf(levels(variant.sku)),
  }));

function cardOf(product: Product, variants: readonly VariantView[], { currency }: DisplayContext) {
  const { _id: id, slug, title, brand, category, attributes, images, rating, createdAt, updatedAt } = product;
  const [first] = variants;
  const byPrice = variants.toSorted((a, b) => a.price.amount - b.price.amount);
  const { price = moneyOf(0, currency), compareAtPrice } = byPrice[0] ?? {};
  const [image] = images;
  return {
    ...{ id, slug, title, brand, category, attributes, price },
    priceTo: byPrice.at(-1)?.price ?? price,
    ...(compareAtPrice === undefined ? {} : { compareAtPrice }),
    image: image ? imageView(image) : null,
    options: optionsOf(variants),
    defaultSku: (variants.find(({ availability }) => availability !== 'out_of_stock') ?? first)?.sku ?? null,
    variantCount: variants.length,
    rating: ratingView(rating),
    availability: bestAvailability(variants.map(({ availability }) => availability)),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function optionsOf(variants: readonly VariantView[]): Record<string, string[]> {
  const values = new Map<string, Set<string>>();
  for (const { options } of variants) {
    for (const [name, value] of Object.entries(options)) {
      values.set(name, (values.get(name) ?? new Set()).add(value));
    }
  }
  return Object.fromEntries([...values].map(([name, of]) => [name, [...of]]));
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

/** The product data that carts and orders need for a SKU; undefined if it is not sold in the currency. */
export function renderOffer(product: Product, variant: Variant, { currency, levels }: DisplayContext) {
  if (!Object.hasOwn(variant.prices, currency)) return undefined;
  const { _id: productId, slug, title, category, taxClass } = product;
  const { sku, weight } = variant;
  const { price } = pricesOf(variant, currency);
  const goods = { sku, productId, slug, title, variant: variant.title, category, taxClass, weight, price };
  const requiresShipping = isShippedProduct(product);
  const level = levels(sku);
  return { ...goods, requiresShipping, availability: availabilityOf(level), available: level.available };
}
