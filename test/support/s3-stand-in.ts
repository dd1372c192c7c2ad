import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

interface Reply {
  status: number;
  body?: Buffer | string;
  headers?: Record<string, string>;
}

/**
 * The wire protocol of S3 as far as the shop uses it: objects in one bucket addressed by path, and uploads in parts,
 * which are no object until they are complete. It takes requests of one access key alone, with the checksum of their
 * bodies; the signature itself is the client library's to get right.
 */
export class S3StandIn {
  readonly bucket = 'shop-files';
  readonly accessKeyId = 'AKIDSTANDIN';
  readonly objects = new Map<string, Buffer>();
  /** Uploads that are neither complete nor given up. */
  readonly uploads = new Map<string, Map<number, Buffer>>();
  /** Each request, such as `PUT image/x`. */
  readonly log: string[] = [];
  /** How many of the next requests fail. */
  failures = 0;
  url = '';
  readonly #server = createServer((req, res) => void this.#serve(req, res));

  async start(): Promise<this> {
    await new Promise<void>((listening) => this.#server.listen(0, '127.0.0.1', listening));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  /** What tells a shop to keep its files here. */
  get env() {
    return {
      S3_ENDPOINT: this.url,
      S3_BUCKET: this.bucket,
      S3_PREFIX: 'shop/',
      S3_ACCESS_KEY_ID: this.accessKeyId,
      S3_SECRET_ACCESS_KEY: 'a-secret-that-no-message-has',
    };
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await buffer(req).catch(() => undefined);
    if (!body) return void res.destroy();
    const { status, body: answer = '', headers = {} } = this.#answer(req, body);
    res.writeHead(status, { 'content-length': Buffer.byteLength(answer), ...headers });
    res.end(req.method === 'HEAD' ? undefined : answer);
  }

  #answer({ method = '', url = '', headers }: IncomingMessage, body: Buffer): Reply {
    const { pathname, searchParams } = new URL(url, this.url);
    const [, bucket, ...rest] = decodeURIComponent(pathname).split('/');
    const key = rest.join('/');
    this.log.push(`${method} ${key}`);
    if (this.failures > 0) {
      this.failures -= 1;
      return { status: 500, body: problem('InternalError') };
    }
    const signed = headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${this.accessKeyId}/`);
    if (!signed) return { status: 403, body: problem('InvalidAccessKeyId') };
    const sum = headers['x-amz-content-sha256'];
    if (sum !== createHash('sha256').update(body).digest('hex')) return { status: 400, body: problem('BadDigest') };
    if (bucket !== this.bucket) return { status: 404, body: problem('NoSuchBucket') };
    const id = searchParams.get('uploadId');
    if (searchParams.has('uploads')) return this.#begin();
    return id === null ? this.#object(method, key, body) : this.#part(method, key, body, id, searchParams);
  }

  #object(method: string, key: string, body: Buffer): Reply {
    const found = this.objects.get(key);
    if (method === 'PUT') this.objects.set(key, body);
    if (method === 'PUT') return { status: 200, headers: { etag: etagOf(body) } };
    if (method === 'DELETE') this.objects.delete(key);
    if (method === 'DELETE') return { status: 204 };
    return found ? { status: 200, body: found } : { status: 404, body: problem('NoSuchKey') };
  }

  #begin(): Reply {
    const id = `upload-${this.log.length}`;
    this.uploads.set(id, new Map());
    return {
      status: 200,
      body: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
    };
  }

  #part(method: string, key: string, body: Buffer, id: string, query: URLSearchParams): Reply {
    const parts = this.uploads.get(id);
    if (!parts) return { status: 404, body: problem('NoSuchUpload') };
    if (method === 'PUT') {
      parts.set(Number(query.get('partNumber')), body);
      return { status: 200, headers: { etag: etagOf(body) } };
    }
    this.uploads.delete(id);
    if (method === 'DELETE') return { status: 204 };
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => Number(number));
    const found = named.map((number) => parts.get(number));
    const tooSmall = found.slice(0, -1).some((part) => !part || part.length < 5 * 1024 ** 2);
    if (tooSmall || found.includes(undefined)) return { status: 400, body: problem('EntityTooSmall') };
    this.objects.set(key, Buffer.concat(found as Buffer[]));
    return { status: 200, body: '<CompleteMultipartUploadResult></CompleteMultipartUploadResult>' };
  }
}

const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;
const problem = (code: string): string => `<Error><Code>${code}</Code><Message>${code}</Message></Error>`;
