import { service } from '../../../lib/contract/service.ts';
import { blobStore } from '../../../lib/files/blob-store.ts';
import type { Config } from '../../../lib/process/config.ts';
import { errors } from '../../shared/problems.ts';
import { media } from './media.contract.ts';
import { pictureFile } from './picture.ts';

const IMAGE_ID = /^[\w-]{43}$/;
const FILE_NAME = /^([1-9]\d{0,3})\.webp$/;
/** One year, the usual maximum of caches. */
const CACHE_CONTROL = 'public, max-age=31536000, immutable';

/** Serves the pictures of products. */
export default function mediaService(config: Config) {
  const blobs = blobStore(config.blobs);

  return service(media, config, {
    handlers: {
      async file(ctx) {
        const { id, file, known = '' } = ctx.params;
        const width = FILE_NAME.exec(file)?.[1];
        // A name of another form cannot exist: the storage is not asked.
        if (!IMAGE_ID.test(id) || width === undefined) throw errors.notFound('This picture');
        const [name, tag] = [pictureFile(id, Number(width)), `"${id.slice(0, 16)}-${width}"`];
        const headers = { 'Cache-Control': CACHE_CONTROL, ETag: tag };
        if (matchesTag(known, tag) && (await blobs.has(name))) {
          ctx.meta.$statusCode = 304;
          ctx.meta.$responseHeaders = headers;
          return undefined;
        }
        const content = await blobs.get(name);
        if (!content) throw errors.notFound('This picture');
        ctx.meta.$responseType = 'image/webp';
        ctx.meta.$responseHeaders = headers;
        return content;
      },
    },
  });
}

/** Whether an If-None-Match names a tag (RFC 9110 §13.1.2), compared weakly. */
const matchesTag = (known: string, tag: string): boolean =>
  known.split(',').some((one) => [tag, `W/${tag}`, '*'].includes(one.trim()));
