import type { Ctx } from '../../../lib/contract/contract.ts';
import type { Handlers } from '../../../lib/contract/service.ts';
import { blobStore } from '../../../lib/files/blob-store.ts';
import type { BlobConfig } from '../../../lib/files/blobs.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import { type ProductChange, withBefore } from '../product/edit.ts';
import type { Product } from '../product/product.ts';
import type { ProductService } from '../product/product-service.ts';
import { addImage, describeImage, orderImages, removeImage } from './image-list.ts';
import { imageView } from './image-view.ts';
import type { imageActions } from './images.contract.ts';
import { readBody, storePicture } from './picture.ts';

/** The handlers of product pictures. */
export function imageHandlers(files: BlobConfig): Handlers<typeof imageActions, ProductService> {
  const blobs = blobStore(files);
  return {
    async addImage(ctx) {
      const { id, alt = '' } = ctx.params;
      // Checked before anything is decoded or stored.
      if (!(await this.store.get(id))) throw errors.notFound('This product');
      if (!ctx.stream) throw new Error('addImage takes a stream');
      const image = { ...(await storePicture(await readBody(ctx.stream), blobs)), alt };
      return applyChange(this, ctx, id, (product, now) => addImage(product, image, now));
    },

    orderImages(ctx) {
      const { id, order } = ctx.params;
      return applyChange(this, ctx, id, (product, now) => orderImages(product, order, now));
    },

    describeImage(ctx) {
      const { id, imageId, alt } = ctx.params;
      return applyChange(this, ctx, id, (product, now) => describeImage(product, imageId, alt, now));
    },

    removeImage(ctx) {
      const { id, imageId } = ctx.params;
      return applyChange(this, ctx, id, (product, now) => removeImage(product, imageId, now));
    },
  };
}

async function applyChange({ store }: ProductService, ctx: Ctx<unknown>, id: string, decide: ProductChange) {
  const { before, after } = await store.change(id, withBefore(decide));
  recordChange(ctx, imagesOf(before), imagesOf(after));
  const { version, images } = after;
  return { id, version, images: images.map(imageView) };
}

const imagesOf = ({ version, images }: Pick<Product, 'version' | 'images'>) => ({ version, images });
