import type { Self } from '../../../lib/contract/mixin.ts';
import { service, staffOf } from '../../../lib/contract/service.ts';
import { actionTimeoutMs } from '../../../lib/contract/upload-time.ts';
import { blobStore } from '../../../lib/files/blob-store.ts';
import type { Config } from '../../../lib/process/config.ts';
import { dueWork } from '../../../mixins/due-work/due-work.ts';
import { NEWEST_FIRST } from '../../../mixins/store/pages.ts';
import { store } from '../../../mixins/store/store.ts';
import { stores } from '../../../mixins/store/stores.ts';
import { newId } from '../../shared/ids.ts';
import { errors } from '../../shared/problems.ts';
import { imports } from './import.contract.ts';
import { type FileFormat, type ImportJob, importQueue, newJob, queueJob } from './job.ts';
import { firstRefusals, type RowRefusal, refusalsPage } from './refusals.ts';
import { type ImportParts, importFile, runImportJob } from './run-import-job.ts';

/** Of refused rows, and of removed variants, in the view of an import. */
const MAX_LISTED_ROWS = 100;

/** Imports products from files. A file is stored until its import has ended, so another node can continue it. */
export default function importService(config: Config) {
  const blobs = blobStore(config.blobs);
  const uploadTimeoutMs = actionTimeoutMs(imports.actions.start) ?? 0;

  return service(imports, config, {
    dependencies: ['product', 'category', 'inventory', 'removedVariant'],
    mixins: [
      dueWork<ImportJob, Self<ImportParts>>({
        queue: importQueue,
        atOnce: 1,
        work(job) {
          return runImportJob(job, this, blobs);
        },
      }),
      store<ImportJob>(config, { node: 'product', collection: 'imports', indexes: [{ fields: { nextAt: 1 } }] }),
      stores<{ refusals: RowRefusal }>(config, 'product', { refusals: { collection: 'refused-rows' } }),
    ],

    handlers: {
      async start(ctx) {
        const { type, removeMissing = false } = ctx.params;
        const format = formatOf(type);
        if (!ctx.stream) throw new Error('start takes a stream');
        const now = new Date();
        const id = newId('imp', now);
        await this.store.insert(
          newJob({ _id: id, staffId: staffOf(ctx), format, removeMissing }, uploadTimeoutMs, now),
        );
        try {
          await blobs.put(importFile(id), ctx.stream);
        } catch (error) {
          await this.store.remove({ _id: id });
          throw error;
        }
        const job = await this.store.change(id, queueJob);
        this.worker.wake();
        return jobView(job);
      },

      async read(ctx) {
        const job = requireJob(await this.store.get(ctx.params.id));
        const importId = job._id;
        const [errors, removedVariants] = await Promise.all([
          firstRefusals(this.stores.refusals, importId, MAX_LISTED_ROWS),
          ctx.call('removedVariant.list', { importId, limit: MAX_LISTED_ROWS }),
        ]);
        return { ...jobView(job), errors, removedVariants: removedVariants.items };
      },

      async errors(ctx) {
        const { id, limit, cursor } = ctx.params;
        const { _id: importId } = requireJob(await this.store.get(id));
        return refusalsPage(this.stores.refusals, importId, { limit, cursor });
      },

      async removed(ctx) {
        const { id, ...paging } = ctx.params;
        const { _id: importId } = requireJob(await this.store.get(id));
        return ctx.call('removedVariant.list', { importId, ...paging });
      },

      async list(ctx) {
        const { limit, cursor } = ctx.params;
        const { items, nextCursor } = await this.store.page({}, { limit, cursor, order: NEWEST_FIRST });
        return { items: items.map(jobView), nextCursor };
      },
    },
  });
}

function requireJob(job: ImportJob | null): ImportJob {
  if (!job) throw errors.notFound('This import');
  return job;
}

/** @throws unsupported-media-type for another encoding than UTF-8 */
function formatOf(type: string): FileFormat {
  const [media = '', ...parameters] = type.toLowerCase().split(';');
  const charset = parameters.map((one) => /^\s*charset\s*=\s*"?([^"\s]+)/.exec(one)?.[1]).find((found) => found);
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw errors.unsupportedMediaType(imports.actions.start.upload.types.map((one) => `${one}; charset=utf-8`));
  }
  return media.trim() === 'text/csv' ? 'csv' : 'jsonl';
}

function jobView(job: ImportJob) {
  const { _id: id, status, format, staffId, rows, created, updated, unchanged, failed, reason } = job;
  const { removeMissing = false, removed = 0 } = job;
  const times = { createdAt: job.createdAt.toISOString(), finishedAt: job.finishedAt?.toISOString() ?? null };
  return {
    ...{ id, status, format, staffId, rows, created, updated, unchanged, failed, removeMissing, removed, reason },
    ...times,
  };
}
