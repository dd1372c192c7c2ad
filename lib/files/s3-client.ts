import { createHash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import type { BlobConfig } from './blobs.ts';

/** Attempts after the first, when the storage answers with a server error or 429. */
const MAX_RETRIES = 2;
/** Until the headers of an answer are there, all attempts together. */
const RESPONSE_TIMEOUT_MS = 30_000;

/** The storage's answer to a request that it did not fulfil; its name is S3's error code. */
export class S3Error extends Error {
  readonly status: number;
  constructor(code: string, status: number) {
    super(`the storage answered ${status} ${code}`);
    this.name = code;
    this.status = status;
  }
}

interface S3Request {
  query?: Readonly<Record<string, string>>;
  body?: Buffer | string;
}

/** Sends requests for objects of one bucket, signed by AWS Signature Version 4. */
export class S3Client {
  readonly #signer: AwsClient;
  /** Ends with a slash. */
  readonly #bucketUrl: string;

  constructor({ endpoint, region, bucket, accessKeyId, secretAccessKey }: BlobConfig & { kind: 's3' }) {
    this.#signer = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: MAX_RETRIES });
    // Other S3-compatible storage has no host name per bucket.
    this.#bucketUrl =
      endpoint === undefined
        ? `https://${bucket}.s3.${region}.amazonaws.com/`
        : `${endpoint.replace(/\/$/, '')}/${bucket}/`;
  }

  /**
   * Sends a request and reads the whole answer.
   * @throws {S3Error} for any status but 2xx; another error when the storage does not answer
   */
  async send(method: string, key: string, request: S3Request = {}): Promise<{ headers: Headers; text: string }> {
    const response = await this.open(method, key, request);
    return { headers: response.headers, text: await response.text() };
  }

  /** Like `send`, but leaves the body of the answer to the caller, who has to read it. */
  async open(method: string, key: string, { query = {}, body = '' }: S3Request = {}): Promise<Response> {
    const url = new URL(this.#bucketUrl + key.split('/').map(encodeURIComponent).join('/'));
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const bytes = new Uint8Array(Buffer.from(body));
    const headers = { 'x-amz-content-sha256': createHash('sha256').update(bytes).digest('hex') };
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error('the storage did not answer in time')), RESPONSE_TIMEOUT_MS);
    try {
      const content = bytes.length > 0 ? { body: bytes } : {};
      const response = await this.#signer.fetch(url, { method, headers, signal: late.signal, ...content });
      if (response.ok) return response;
      throw new S3Error(elementOf(await response.text(), 'Code') ?? 'UnknownError', response.status);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The text of the first element with this name in an XML document of S3. */
export const elementOf = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
