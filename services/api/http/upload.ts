import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Readable } from 'node:stream';
import { Transform } from 'node:stream';
import type { UploadRule } from '../../../lib/contract/contract.ts';
import { uploadTimeoutMs } from '../../../lib/contract/upload-time.ts';
import { MAX_PART_BYTES } from '../../../lib/relay/message-limit.ts';
import { errors } from '../../shared/problems.ts';
import type { Route } from './routes.ts';

/** Longest pause of a client while the gateway waits for its bytes. */
const MAX_PAUSE_MS = 10_000;
/** Time for a client that still sends after the response: closing at once would lose the response. */
const LINGER_MS = 2000;

const uploading = new WeakSet<Duplex>();

/** Whether a connection is in the middle of an upload, which has time limits of its own. */
export const isUploading = (socket: Duplex): boolean => uploading.has(socket);

/** Matches requests to routes that take an upload. */
export function uploadRoutes(routes: readonly Route[]): (req: IncomingMessage) => boolean {
  const shapes = routes
    .filter(({ contract }) => contract.upload)
    .map(({ method, path }) => ({ method, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}/?(\\?|$)`) }));
  return (req) => shapes.some(({ method, pattern }) => method === req.method && pattern.test(req.url ?? ''));
}

/** Checks an upload by its headers, before its body is read. @throws unsupported-media-type, payload-too-large */
export function checkUpload({ headers }: IncomingMessage, { types, limit }: UploadRule): void {
  const type = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const isPlain = (headers['content-encoding'] ?? 'identity').toLowerCase() === 'identity';
  if (!types.includes(type) || !isPlain) throw errors.unsupportedMediaType(types);
  if (Number(headers['content-length'] ?? 0) > limit) throw errors.payloadTooLarge(limit);
}

/**
 * Runs `handle` with the body as a stream: at most the size of the rule, as fast as it is read, and destroyed with an
 * error when the client disconnects, pauses for too long or takes too long. The unread rest of a body is discarded.
 */
export async function receive<R>(
  rule: UploadRule,
  req: IncomingMessage,
  res: ServerResponse,
  handle: (body: Readable) => Promise<R>,
): Promise<R> {
  const { socket } = req;
  uploading.add(socket);
  // The client waits for permission to send its body.
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
  const startedAt = performance.now();
  let [size, lastMovedAt] = [0, startedAt];
  const body = new Transform({
    readableHighWaterMark: MAX_PART_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      lastMovedAt = performance.now();
      size += chunk.length;
      if (size > rule.limit) done(errors.payloadTooLarge(rule.limit));
      else done(null, chunk);
    },
  });
  const check = setInterval(() => {
    const now = performance.now();
    // The client does not pause while the gateway is the slow one, or when the body is complete.
    if (body.writableNeedDrain || req.complete) lastMovedAt = now;
    if (now - lastMovedAt > MAX_PAUSE_MS) body.destroy(errors.requestTimeout('An upload may pause for 10 seconds.'));
    if (now - startedAt > uploadTimeoutMs(rule)) {
      body.destroy(errors.requestTimeout(`An upload may take ${uploadTimeoutMs(rule) / 1000} seconds here.`));
    }
  }, 1000).unref();
  // The reader of the body gets the error, also when it begins to read later.
  body.on('error', () => {});
  body.once('close', () => clearInterval(check));
  req.on('error', () => {});
  req.once('close', () => {
    if (!req.complete) body.destroy(errors.malformed('The upload was aborted.'));
  });
  req.pipe(body);
  return body;
}
