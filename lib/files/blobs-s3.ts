import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { protocolErrors } from '../contract/errors.ts';
import { OutsideBreaker } from '../process/outside-breaker.ts';
import { type BlobConfig, type Blobs, checkBlobName } from './blobs.ts';
import { elementOf, S3Client, S3Error } from './s3-client.ts';

/** Size of all parts of an upload except the last; the minimum of S3 is 5 MiB. */
const PART_BYTES = 8 * 1024 * 1024;

/** Objects in a bucket. Content larger than a part is sent as a multipart upload, visible when complete. */
export class S3Blobs implements Blobs {
  readonly #client: S3Client;
  readonly #prefix: string;
  readonly #breaker: OutsideBreaker;

  constructor(config: BlobConfig & { kind: 's3' }) {
    this.#prefix = config.prefix;
    this.#breaker = new OutsideBreaker({ label: 's3', name: 'file storage' }, config.breaker, isOutage);
    this.#client = new S3Client(config);
  }

  async put(name: string, content: Readable | Buffer): Promise<void> {
    const key = this.#keyOf(name);
    if (Buffer.isBuffer(content)) {
      await this.#reach((s3) => s3.send('PUT', key, { body: content }));
      return;
    }
    this.#breaker.refuseWhileOpen(); // before the content is read
    const parts = splitIntoParts(content);
    const first = await parts.next();
    const head = first.value ?? Buffer.alloc(0);
    if (first.done || head.length < PART_BYTES) await this.put(name, head);
    else await this.#putParts(key, head, parts);
  }

  async #putParts(key: string, head: Buffer, rest: AsyncIterable<Buffer>): Promise<void> {
    const uploadId = await this.#reach((s3) => beginUpload(s3, key));
    try {
      const etags: string[] = [];
      const add = async (body: Buffer) => {
        const query = { partNumber: String(etags.length + 1), uploadId };
        const { headers } = await this.#reach((s3) => s3.send('PUT', key, { query, body }));
        etags.push(headers.get('etag') ?? '');
      };
      await add(head);
      for await (const part of rest) await add(part);
      await this.#reach((s3) => completeUpload(s3, key, uploadId, etags));
    } catch (error) {
      // If this fails too, the bucket's lifecycle rule for unfinished uploads removes the parts.
      await this.#reach((s3) => s3.send('DELETE', key, { query: { uploadId } })).catch(() => {});
      throw error;
    }
  }

  async has(name: string): Promise<boolean> {
    const key = this.#keyOf(name);
    return (await this.#reach((s3) => s3.send('HEAD', key).catch(ifMissing))) !== null;
  }

  async get(name: string): Promise<Readable | null> {
    const key = this.#keyOf(name);
    const found = await this.#reach((s3) => s3.open('GET', key).catch(ifMissing));
    // The same class, which the types of browsers and of Node describe apart.
    return found && (found.body ? Readable.fromWeb(found.body as ReadableStream) : Readable.from([]));
  }

  async remove(name: string): Promise<void> {
    const key = this.#keyOf(name);
    await this.#reach((s3) => s3.send('DELETE', key));
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

  #keyOf(name: string): string {
    return this.#prefix + checkBlobName(name);
  }
}

/** @returns the id of the upload */
async function beginUpload(s3: S3Client, key: string): Promise<string> {
  const { text } = await s3.send('POST', key, { query: { uploads: '' } });
  const uploadId = elementOf(text, 'UploadId');
  if (!uploadId) throw new Error('the storage began an upload without an id');
  return uploadId;
}

/** @param etags of the parts, in their order */
async function completeUpload(s3: S3Client, key: string, uploadId: string, etags: readonly string[]): Promise<void> {
  const parts = etags.map((etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`);
  const body = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
  const { text } = await s3.send('POST', key, { query: { uploadId }, body });
  // An error may follow the status 200, which S3 sends before it has joined the parts.
  const code = elementOf(text, 'Code');
  if (code !== undefined) throw new S3Error(code, 500);
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

const statusOf = (error: unknown): number => (error instanceof S3Error ? error.status : 0);

/** No response, or a server error. A 4xx response shows that the storage works. */
const isOutage = (error: unknown): boolean => !(statusOf(error) >= 400 && statusOf(error) < 500);
