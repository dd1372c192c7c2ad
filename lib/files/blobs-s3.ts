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
import { type BlobConfig, type Blobs, checkBlobName } from './blobs.ts';

/** Size of all parts of an upload except the last; the minimum of S3 is 5 MiB. */
const PART_BYTES = 8 * 1024 * 1024;

/** Objects in a bucket. Content larger than a part is sent as a multipart upload, visible when complete. */
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
      // Other S3-compatible storage has no host name per bucket, and not Amazon's newer checksums.
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
    this.#breaker.refuseWhileOpen(); // before the content is read
    const parts = splitIntoParts(content);
    const first = await parts.next();
    const head = first.value ?? Buffer.alloc(0);
    if (first.done || head.length < PART_BYTES) await this.put(name, head);
    else await this.#putParts(object, head, parts);
  }

  async #putParts(object: ObjectName, head: Buffer, rest: AsyncIterable<Buffer>): Promise<void> {
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
      // If this fails too, the bucket's lifecycle rule for unfinished uploads removes the parts.
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

  /** An outage becomes `unavailable`; a refusal (4xx) is a fault of ours and thrown as it is. 429 counts as an outage. */
  async #reach<R>(send: (client: S3Client) => Promise<R>): Promise<R> {
    try {
      return await this.#breaker.run(() => send(this.#client));
    } catch (error) {
      if (!isOutage(error) && statusOf(error) !== 429) throw error;
      throw protocolErrors.unavailable('The files of the shop cannot be reached right now.');
    }
  }

  #object(name: string): ObjectName {
    return { Bucket: this.#bucket, Key: this.#prefix + checkBlobName(name) };
  }
}

interface ObjectName {
  Bucket: string;
  Key: string;
}

/** Regroups a stream into buffers of at least one part's size; the last may be smaller. */
async function* splitIntoParts(stream: Readable): AsyncGenerator<Buffer> {
  let [chunks, size]: [Buffer[], number] = [[], 0];
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size < PART_BYTES) continue;
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

/** No response, or a server error. A 4xx response shows that the storage works. */
const isOutage = (error: unknown): boolean => !(statusOf(error) >= 400 && statusOf(error) < 500);
