import { imageView } from '../media/image-view.ts';
import { isShippedProduct, type Product } from './product.ts';
import { ratingView } from './product-view.ts';

/** A product with all fields that staff sees. */
export function renderStaffProduct({
  _id: id,
  rev: _,
  nextPriceAt: _n,
  scheduled,
  images,
  rating,
  ...product
}: Product) {
  const { version, slug, title, description, brand, category, attributes, taxClass, status, variants } = product;
  return {
    ...{ id, version, slug, title, description, brand, category, attributes, taxClass, status, variants },
    requiresShipping: isShippedProduct(product),
    images: images.map(imageView),
    priceChanges: scheduled.map(({ at, ...change }) => ({ ...change, at: at.toISOString() })),
    rating: ratingView(rating),
    popularity: product.popularity,
    createdAt: product.createdAt.toISOString(),
    updatedAt: product.updatedAt.toISOString(),
  };
}
