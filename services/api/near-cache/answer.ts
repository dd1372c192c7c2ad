import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** A response as it is sent, the same to every client. */
export interface Answer {
  /** Id of the resource; undefined for a list. */
  id: unknown;
  /** The bytes as latin1: Node writes a latin1 string together with the headers, a buffer in a second write. */
  body: string;
  /** Strong: equal bytes have equal tags, and others have others (RFC 9110 §8.8.3). */
  etag: string;
  /** Names and values in turn. */
  headers: readonly string[];
}

/** Clients revalidate every time, which costs little (304). */
const CACHE_CONTROL = ['Cache-Control', 'public, max-age=0, must-revalidate'];
/** 132 bits. */
const ETAG_LENGTH = 22;

export function answerOf(data: unknown): Answer {
  const bytes = Buffer.from(JSON.stringify(data));
  const etag = `"${hash('sha256', bytes, 'base64url').slice(0, ETAG_LENGTH)}"`;
  const content = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(bytes.length)];
  return {
    id: (data as { id?: unknown } | null)?.id,
    body: bytes.toString('latin1'),
    etag,
    headers: ['ETag', etag, ...CACHE_CONTROL, ...content],
  };
}

/**
 * Sends a response with additional headers, or 304 when `If-None-Match` names its ETag. (Node sends no body to a HEAD.)
 */
export function sendAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  answer: Answer,
  besides: readonly string[],
): void {
  const { 'if-none-match': known } = req.headers;
  if (known !== undefined && isAmong(known, answer.etag)) {
    res.writeHead(304, [...besides, 'ETag', answer.etag, ...CACHE_CONTROL]).end();
    return;
  }
  res.writeHead(200, [...besides, ...answer.headers]).end(answer.body, 'latin1');
}

/**
 * Whether If-None-Match names an ETag, by weak comparison (RFC 9110 §8.8.3.2, §13.1.2). The quotation marks, which no ETag
 * contains, prevent a match of a part.
 */
export const isAmong = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch.includes(etag) || ifNoneMatch.trim() === '*';
