import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { protocolErrors } from '../contract/errors.ts';
import { OutsideBreaker } from '../process/outside-breaker.ts';
import { type BlobConfig, type Blobs, checked } from './blobs.ts';

/** Of all parts of an upload but the last, in bytes; S3 takes none below 5 MiB. */
const PART_SIZE = 8 * 1024 * 1024;

/** Objects in a bucket; what is larger than a part is sent in parts, and appears when it is complete. */
export class S3Blobs implements Blobs {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #breaker: OutsideBreaker;

  constructor(config: BlobConfig & { kind: 's3' }) {
    const { endpoint, region, bucket, prefix, accessKeyId, secretAccessKey, breaker } = config;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#breaker = new OutsideBreaker({ label: 's3', name: 'file storage' }, breaker, isOutage);
    this.#client = new S3Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      // What is not Amazon's has no name for each bucket, nor its newer checksums.
      forcePathStyle: endpoint !== undefined,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      credentials: { accessKeyId, secretAccessKey },
      requestHandler: { connectionTimeout: 3000, requestTimeout: 30_000 },
    });
  }

  async put(name: string, content: Readable | Buffer): Promise<void> {
    const object = this.#object(name);
    if (Buffer.isBuffer(content)) {
      await this.#reach((s3) => s3.send(new PutObjectCommand({ ...object, Body: content })));
      return;
    }
    this.#breaker.refuseWhileOpen(); // before anything of it is read
    const parts = inParts(content);
    const first = await parts.next();
    const head = first.value ?? Buffer.alloc(0);
    if (first.done || head.length < PART_SIZE) await this.put(name, head);
    else await this.#putParts(object, head, parts);
  }

  async #putParts(object: Named, head: Buffer, rest: AsyncIterable<Buffer>): Promise<void> {
    const { UploadId } = await this.#reach((s3) => s3.send(new CreateMultipartUploadCommand(object)));
    const upload = { ...object, UploadId };
    try {
      const done: { ETag: string | undefined; PartNumber: number }[] = [];
      const add = async (Body: Buffer) => {
        const PartNumber = done.length + 1;
        const { ETag } = await this.#reach((s3) => s3.send(new UploadPartCommand({ ...upload, PartNumber, Body })));
        done.push({ ETag, PartNumber });
      };
      await add(head);
      for await (const part of rest) await add(part);
      const MultipartUpload = { Parts: done };
      await this.#reach((s3) => s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload })));
    } catch (error) {
      // Should this fail too, the bucket's own rule for unfinished uploads is left.
      await this.#reach((s3) => s3.send(new AbortMultipartUploadCommand(upload))).catch(() => {});
      throw error;
    }
  }

  async has(name: string): Promise<boolean> {
    const object = this.#object(name);
    const found = await this.#reach((s3) => s3.send(new HeadObjectCommand(object)).catch(ifMissing));
    return found !== null;
  }

  async get(name: string): Promise<Readable | null> {
    const object = this.#object(name);
    const found = await this.#reach((s3) => s3.send(new GetObjectCommand(object)).catch(ifMissing));
    return found?.Body instanceof Readable ? found.Body : null;
  }

  async remove(name: string): Promise<void> {
    const object = this.#object(name);
    await this.#reach((s3) => s3.send(new DeleteObjectCommand(object)));
  }

  /** Storage that does not answer, or fails, is told apart from storage that says no, which is a fault of ours. */
  async #reach<R>(send: (client: S3Client) => Promise<R>): Promise<R> {
    try {
      return await this.#breaker.run(() => send(this.#client));
    } catch (error) {
      if (!isOutage(error) && statusOf(error) !== 429) throw error;
      throw protocolErrors.unavailable('The files of the shop cannot be reached right now.');
    }
  }

  #object(name: string): Named {
    return { Bucket: this.#bucket, Key: this.#prefix + checked(name) };
  }
}

interface Named {
  Bucket: string;
  Key: string;
}

/** A stream in buffers of one part's size; the last may be smaller. */
async function* inParts(stream: Readable): AsyncGenerator<Buffer> {
  let [chunks, size]: [Buffer[], number] = [[], 0];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < PART_SIZE) continue;
    yield Buffer.concat(chunks);
    [chunks, size] = [[], 0];
  }
  if (size > 0) yield Buffer.concat(chunks);
}

function ifMissing(error: unknown): null {
  if (statusOf(error) === 404) return null;
  throw error;
}

const statusOf = (error: unknown): number =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;

/** It does not answer, or fails. Any status below 500 is an answer. */
const isOutage = (error: unknown): boolean => !(statusOf(error) >= 400 && statusOf(error) < 500);
