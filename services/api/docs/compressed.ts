import { hash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import Negotiator from 'negotiator';

/** Content codings (RFC 9110 §8.4.1), the smallest first. */
const CODINGS = ['br', 'gzip', 'identity'] as const;
type Coding = (typeof CODINGS)[number];

/** The maximum, 11, takes 20 times as long for a tenth less. */
const BROTLI_QUALITY = 6;
const compressors: Readonly<Record<Coding, (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } }),
  gzip: (bytes) => promisify(gzip)(bytes),
  identity: async (bytes) => bytes,
};

export interface Representation {
  body: Buffer;
  headers: Record<string, string>;
}

/** A document that does not change while the process runs: compressed once in each coding, at the first request for it. */
export class CompressedDocument {
  readonly #bytes: Buffer;
  readonly #tag: string;
  readonly #coded = new Map<Coding, Promise<Buffer>>();

  constructor(content: string | Buffer) {
    this.#bytes = Buffer.from(content);
    this.#tag = hash('sha256', this.#bytes, 'base64url').slice(0, 22);
  }

  /** The smallest coding that a client accepts, with its headers; uncompressed where it accepts none. */
  async as(acceptEncoding: string | undefined): Promise<Representation> {
    const taken = new Negotiator({ headers: { 'accept-encoding': acceptEncoding ?? 'identity' } }).encodings([
      ...CODINGS,
    ]);
    const coding = CODINGS.find((one) => taken.includes(one)) ?? 'identity';
    const body = this.#coded.get(coding) ?? compressors[coding](this.#bytes);
    this.#coded.set(coding, body);
    return {
      body: await body,
      headers: {
        // A strong ETag is of the bytes, so each coding has its own.
        ETag: `"${this.#tag}${coding === 'identity' ? '' : `-${coding}`}"`,
        Vary: 'Accept-Encoding, Origin',
        ...(coding === 'identity' ? {} : { 'Content-Encoding': coding }),
      },
    };
  }
}
