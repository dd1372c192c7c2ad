import type { Store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import type { Product } from './product.ts';

/** Names that are unique among products. */
export interface Names {
  _id: string;
  slug?: string | undefined;
  variants?: readonly { sku: string }[] | undefined;
}

/** The error that says which name another product has. */
export async function findConflict({ _id: id, slug, variants = [] }: Names, store: Store<Product>): Promise<Error> {
  const other = slug === undefined ? null : await store.findOne({ slug });
  if (slug !== undefined && other && other._id !== id) return errors.slugTaken(slug);
  const skus = variants.map(({ sku }) => sku);
  const others = await store.find({ 'variants.sku': { $in: skus } }, { fields: ['_id', 'variants'] });
  const theirs = new Set(others.flatMap(({ _id, variants }) => (_id === id ? [] : variants.map(({ sku }) => sku))));
  return errors.skuTaken(skus.filter((sku) => theirs.has(sku)));
}
