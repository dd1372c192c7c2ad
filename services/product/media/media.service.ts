import { service } from '../../../lib/contract/service.ts';
import { blobStore } from '../../../lib/files/blob-store.ts';
import type { Config } from '../../../lib/process/config.ts';
import { errors } from '../../shared/problems.ts';
import { media } from './media.contract.ts';
import { fileOf } from './picture.ts';

const ID = /^[\w-]{43}$/;
const FILE = /^([1-9]\d{0,3})\.webp$/;
/** A year, the longest that caches keep anything. */
const KEPT = 'public, max-age=31536000, immutable';

/** Serves the pictures of products. */
export default function mediaService(config: Config) {
  const blobs = blobStore(config.blobs);

  return service(media, config, {
    handlers: {
      async file(ctx) {
        const { id, file, known = '' } = ctx.params;
        const width = FILE.exec(file)?.[1];
        // What could be no name of ours is never looked for.
        if (!ID.test(id) || width === undefined) throw errors.notFound('This picture');
        const [name, tag] = [fileOf(id, Number(width)), `"${id.slice(0, 16)}-${width}"`];
        const headers = { 'Cache-Control': KEPT, ETag: tag };
        if (namesTag(known, tag) && (await blobs.has(name))) {
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
const namesTag = (known: string, tag: string): boolean =>
  known.split(',').some((one) => [tag, `W/${tag}`, '*'].includes(one.trim()));
