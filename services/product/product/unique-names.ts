import type { Store } from '../../../mixins/store/store.ts';
import { errors } from '../../shared/problems.ts';
import type { Product } from './product.ts';

/** Names that are unique among products. */
export interface UniqueNames {
  _id: string;
  slug?: string | undefined;
  variants?: readonly { sku: string }[] | undefined;
}

/** The error for a write that was refused because another product has the slug or a SKU. */
export async function findConflict(
  { _id: id, slug, variants = [] }: UniqueNames,
  store: Pick<Store<Product>, 'findOne' | 'find'>,
): Promise<Error> {
  const owner = slug === undefined ? null : await store.findOne({ slug });
  if (slug !== undefined && owner && owner._id !== id) return errors.slugTaken(slug);
  const skus = variants.map(({ sku }) => sku);
  const owners = await store.find({ 'variants.sku': { $in: skus } }, { fields: ['_id', 'variants'] });
  const takenSkus = new Set(owners.flatMap(({ _id, variants }) => (_id === id ? [] : variants.map(({ sku }) => sku))));
  return errors.skuTaken(skus.filter((sku) => takenSkus.has(sku)));
}
