import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { Transform } from 'node:stream';
import type { UploadRule } from '../../../lib/contract/contract.ts';
import { uploadTimeoutMs } from '../../../lib/contract/upload-time.ts';
import { MAX_PART_BYTES } from '../../../lib/relay/message-limit.ts';
import { errors } from '../../shared/problems.ts';
import type { Route } from './routes.ts';

/** How long a client may send nothing while the gateway waits for its bytes. */
const MAX_PAUSE_MS = 10_000;
/** For a client that goes on sending after the response: closing at once would lose the response. */
const LINGER_MS = 2000;

const uploading = new WeakSet<Duplex>();

/** Whether a connection is in the middle of an upload, which has other time limits than any other request. */
export const isUploading = (socket: Duplex): boolean => uploading.has(socket);

/** Whether a request's address is of a route that takes an upload. */
export function uploadRoutes(routes: readonly Route[]): (req: IncomingMessage) => boolean {
  const shapes = routes
    .filter(({ contract }) => contract.upload)
    .map(({ method, path }) => ({ method, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}/?(\\?|$)`) }));
  return (req) => shapes.some(({ method, pattern }) => method === req.method && pattern.test(req.url ?? ''));
}

/** Refuses by its headers alone what need not be read. @throws unsupported-media-type, payload-too-large */
export function checkUpload({ headers }: IncomingMessage, { types, limit }: UploadRule): void {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const isPlain = (headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity';
  if (!types.includes(type) || !isPlain) throw errors.unsupportedMediaType(types);
  if (Number(headers['content-length'] ?? 0) > limit) throw errors.payloadTooLarge(limit);
}

/**
 * Runs `handle` with the body as it comes: never more of it than the rule says, as fast as it is used, and ended with
 * an error when the client goes, pauses for too long or takes too long. What is left of a body afterwards is dropped.
 */
export async function receive<R>(
  rule: UploadRule,
  req: IncomingMessage,
  res: ServerResponse,
  handle: (body: Readable) => Promise<R>,
): Promise<R> {
  const { socket } = req;
  uploading.add(socket);
  // The client asked whether it should send at all.
  if (req.headers.expect) res.writeContinue();
  const body = guarded(req, rule);
  try {
    return await handle(body);
  } finally {
    req.unpipe(body);
    body.destroy();
    if (req.complete) uploading.delete(socket);
    else {
      const end = setTimeout(() => socket.destroy(), LINGER_MS).unref();
      req.once('end', () => {
        clearTimeout(end);
        uploading.delete(socket);
      });
      req.resume();
    }
  }
}

function guarded(req: IncomingMessage, rule: UploadRule): Transform {
  const begun = performance.now();
  let [size, heard] = [0, begun];
  const body = new Transform({
    readableHighWaterMark: MAX_PART_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      heard = performance.now();
      size += chunk.length;
      if (size > rule.limit) done(errors.payloadTooLarge(rule.limit));
      else done(null, chunk);
    },
  });
  const check = setInterval(() => {
    const now = performance.now();
    // While we are slow, the client has to wait; and it has nothing more to say when it has said it all.
    if (body.writableNeedDrain || req.complete) heard = now;
    if (now - heard > MAX_PAUSE_MS) body.destroy(errors.requestTimeout('An upload may pause for 10 seconds.'));
    if (now - begun > uploadTimeoutMs(rule)) {
      body.destroy(errors.requestTimeout(`An upload may take ${uploadTimeoutMs(rule) / 1000} seconds here.`));
    }
  }, 1000).unref();
  // Whoever reads the body is told, now or when they begin to.
  body.on('error', () => {});
  body.once('close', () => clearInterval(check));
  req.on('error', () => {});
  req.once('close', () => {
    if (!req.complete) body.destroy(errors.malformed('The upload was broken off.'));
  });
  req.pipe(body);
  return body;
}
