import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The answer to a read as it is sent, the same to everyone. */
export interface Answer {
  /** Of what it is about; undefined for a list. */
  id: unknown;
  /** Byte by byte, in latin1: such a text goes out in one piece with the headers, where a buffer would go behind them. */
  body: string;
  /** Strong: equal bytes have equal tags, and others have others (RFC 9110 §8.8.3). */
  etag: string;
  /** Names and values in turn. */
  headers: readonly string[];
}

/** Whoever has kept it asks each time whether it is still so; that costs us next to nothing (304). */
const KEPT = ['Cache-Control', 'public, max-age=0, must-revalidate'];
/** 132 bits. */
const TAG_LENGTH = 22;

export function answerOf(data: unknown): Answer {
  const bytes = Buffer.from(JSON.stringify(data));
  const etag = `"${hash('sha256', bytes, 'base64url').slice(0, TAG_LENGTH)}"`;
  const content = ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', String(bytes.length)];
  return {
    id: (data as { id?: unknown } | null)?.id,
    body: bytes.toString('latin1'),
    etag,
    headers: ['ETag', etag, ...KEPT, ...content],
  };
}

/**
 * Sends it with these headers besides, without the body to whoever has it already. (To a HEAD, Node sends no body.)
 */
export function sendAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  answer: Answer,
  besides: readonly string[],
): void {
  const { 'if-none-match': known } = req.headers;
  if (known !== undefined && isAmong(known, answer.etag)) {
    res.writeHead(304, [...besides, 'ETag', answer.etag, ...KEPT]).end();
    return;
  }
  res.writeHead(200, [...besides, ...answer.headers]).end(answer.body, 'latin1');
}

/**
 * Whether If-None-Match names a tag, by the weak comparison (RFC 9110 §8.8.3.2, §13.1.2). With its quotation marks, which
 * no tag has inside, it can stand there as a whole only.
 */
export const isAmong = (ifNoneMatch: string, etag: string): boolean =>
  ifNoneMatch.includes(etag) || ifNoneMatch.trim() === '*';
