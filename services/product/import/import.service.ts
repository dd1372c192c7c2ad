import { errors } from '../../../lib/contract/errors.ts';
import { DEFAULT_LIMIT, decodeCursor, page } from '../../../lib/contract/page.ts';
import { type Self, service, staffOf } from '../../../lib/contract/service.ts';
import { timeoutOf } from '../../../lib/contract/upload-time.ts';
import { blobStore } from '../../../lib/files/blob-store.ts';
import type { Config } from '../../../lib/process/config.ts';
import { dueWork } from '../../../mixins/due-work/due-work.ts';
import { type Store, store } from '../../../mixins/store/store.ts';
import type { Worker } from '../../../mixins/worker.ts';
import { newId } from '../../shared/ids.ts';
import { imports } from './import.contract.ts';
import { type Format, importQueue, type Job, queued, uploading } from './job.ts';
import { fileOf, workOff } from './work.ts';

/** Between two looks for an import that nobody works on. */
const PAUSE_MS = 1000;

/** Refused rows, and removed variants, that are told of with the import itself. */
const SHOWN = 100;

type This = Self<{ store: Store<Job>; worker: Worker }>;

/** Products from files: each file is kept until it is worked off, by one product node after the other if need be. */
export default function importService(config: Config) {
  const blobs = blobStore(config.blobs);
  const patience = timeoutOf(imports.actions.start) ?? 0;

  return service<{ store: Store<Job>; worker: Worker }>()(imports, config, {
    dependencies: ['product', 'category', 'inventory', 'refusedRow', 'removedVariant'],
    mixins: [
      dueWork<Job, This>({
        queue: importQueue,
        every: PAUSE_MS,
        atOnce: 1,
        work(job) {
          return workOff(job, this, blobs);
        },
      }),
      store<Job>(config, { node: 'product', collection: 'imports', indexes: [{ fields: { nextAt: 1 } }] }),
    ],

    handlers: {
      async start(ctx) {
        const { type, removeMissing = false } = ctx.params;
        const format = formatOf(type);
        if (!ctx.stream) throw new Error('start takes a stream');
        const now = new Date();
        const id = newId('imp', now);
        await this.store.insert(uploading({ _id: id, staffId: staffOf(ctx), format, removeMissing }, patience, now));
        try {
          await blobs.put(fileOf(id), ctx.stream);
        } catch (error) {
          await this.store.remove({ _id: id });
          throw error;
        }
        const job = await this.store.change(id, queued);
        this.worker.wake();
        return view(job);
      },

      async read(ctx) {
        const job = found(await this.store.get(ctx.params.id));
        const importId = job._id;
        const [errors, removedVariants] = await Promise.all([
          ctx.call('refusedRow.list', { importId, after: 0, limit: SHOWN }),
          ctx.call('removedVariant.list', { importId, limit: SHOWN }),
        ]);
        return { ...view(job), errors, removedVariants };
      },

      async errors(ctx) {
        const { id, limit = DEFAULT_LIMIT, cursor } = ctx.params;
        const { _id: importId } = found(await this.store.get(id));
        const after = cursor === undefined ? 0 : Number(decodeCursor(cursor, ['number'])[0]);
        const rows = await ctx.call('refusedRow.list', { importId, after, limit: limit + 1 });
        return page(rows, limit, ({ line }) => [line]);
      },

      async removed(ctx) {
        const { id, limit = DEFAULT_LIMIT, cursor } = ctx.params;
        const { _id: importId } = found(await this.store.get(id));
        const [line, sku] = cursor === undefined ? [] : decodeCursor(cursor, ['number', 'string']);
        const after = line === undefined ? {} : { after: { line: Number(line), sku: String(sku) } };
        const variants = await ctx.call('removedVariant.list', { importId, ...after, limit: limit + 1 });
        return page(variants, limit, ({ line, sku }) => [line, sku]);
      },

      async list(ctx) {
        const { limit = DEFAULT_LIMIT, cursor } = ctx.params;
        const before = cursor === undefined ? {} : { _id: { $lt: String(decodeCursor(cursor, ['string'])[0]) } };
        const jobs = await this.store.find(before, { sort: { _id: -1 }, limit: limit + 1 });
        const { items, nextCursor } = page(jobs, limit, ({ _id }) => [_id]);
        return { items: items.map(view), nextCursor };
      },
    },
  });
}

function found(job: Job | null): Job {
  if (!job) throw errors.notFound('This import');
  return job;
}

/** @throws unsupported-media-type for another encoding than UTF-8 */
function formatOf(type: string): Format {
  const [media = '', ...parameters] = type.toLowerCase().split(';');
  const charset = parameters.map((one) => /^\s*charset\s*=\s*"?([^"\s]+)/.exec(one)?.[1]).find((found) => found);
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw errors.unsupportedMediaType(imports.actions.start.upload.types.map((one) => `${one}; charset=utf-8`));
  }
  return media.trim() === 'text/csv' ? 'csv' : 'jsonl';
}

function view(job: Job) {
  const { _id: id, status, format, staffId, rows, created, updated, unchanged, failed, reason } = job;
  const { removeMissing = false, removed = 0 } = job;
  const times = { createdAt: job.createdAt.toISOString(), finishedAt: job.finishedAt?.toISOString() ?? null };
  return {
    ...{ id, status, format, staffId, rows, created, updated, unchanged, failed, removeMissing, removed, reason },
    ...times,
  };
}
