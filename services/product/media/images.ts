import type { Ctx } from '../../../lib/contract/contract.ts';
import type { Handlers } from '../../../lib/contract/service.ts';
import { blobStore } from '../../../lib/files/blob-store.ts';
import type { BlobConfig } from '../../../lib/files/blobs.ts';
import type { Decision } from '../../../mixins/store/changes.ts';
import { errors } from '../../shared/problems.ts';
import { recordChange } from '../../shared/record-change.ts';
import type { Product } from '../product/product.ts';
import type { ProductService } from '../product/product-service.ts';
import { addImage, describeImage, orderImages, removeImage } from './image-list.ts';
import { imageView } from './image-view.ts';
import type { imageActions } from './images.contract.ts';
import { collected, storePicture } from './picture.ts';

type Step = (product: Readonly<Product>, now: Date) => Decision<Product>;

/** The handlers of pictures. */
export function imageHandlers(files: BlobConfig): Handlers<typeof imageActions, ProductService> {
  const blobs = blobStore(files);
  return {
    async addImage(ctx) {
      const { id, alt = '' } = ctx.params;
      // Before anything is unpacked or stored for a product that is not there.
      if (!(await this.store.get(id))) throw errors.notFound('This product');
      if (!ctx.stream) throw new Error('addImage takes a stream');
      const image = { ...(await storePicture(await collected(ctx.stream), blobs)), alt };
      return apply(this, ctx, id, (product, now) => addImage(product, image, now));
    },

    orderImages(ctx) {
      const { id, order } = ctx.params;
      return apply(this, ctx, id, (product, now) => orderImages(product, order, now));
    },

    describeImage(ctx) {
      const { id, imageId, alt } = ctx.params;
      return apply(this, ctx, id, (product, now) => describeImage(product, imageId, alt, now));
    },

    removeImage(ctx) {
      const { id, imageId } = ctx.params;
      return apply(this, ctx, id, (product, now) => removeImage(product, imageId, now));
    },
  };
}

async function apply({ store }: ProductService, ctx: Ctx<unknown>, id: string, step: Step) {
  const { before, after } = await store.change(id, (product, now) => {
    const { answer, ...rest } = step(product, now);
    return { answer: { before: picturesOf(product), after: picturesOf(answer) }, ...rest };
  });
  recordChange(ctx, before, after);
  const { version, images } = after;
  return { id, version, images: images.map(imageView) };
}

const picturesOf = ({ version, images }: Pick<Product, 'version' | 'images'>) => ({ version, images });
