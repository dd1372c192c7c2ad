import sharp from 'sharp';
import { checkAnswer } from './answers.ts';
import type { Answer, Shopper } from './shop.ts';

/** A picture of noise, so that no encoder makes nothing of it: the same for the same seed. */
export async function picture(
  format: 'png' | 'jpeg' | 'webp',
  { width = 64, height = 48, seed = 1 }: { width?: number; height?: number; seed?: number } = {},
): Promise<Buffer> {
  const pixels = Buffer.alloc(width * height * 3);
  for (let at = 0, state = seed * 2654435761 + 1; at < pixels.length; at += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    pixels[at] = state >>> 24;
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .toFormat(format)
    .toBuffer();
}

/** Sends bytes as they are, and holds the answer against the description of the interface. */
export async function upload(
  { url, token }: Pick<Shopper, 'url' | 'token'>,
  route: string,
  body: Buffer | string | ReadableStream,
  type: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const [method = 'POST', path = '/'] = route.split(' ');
  const init = {
    method,
    body,
    duplex: 'half',
    headers: { 'content-type': type, authorization: `Bearer ${token}`, ...headers },
  };
  const answered = await fetch(url + path, init as RequestInit);
  const text = await answered.text();
  const isJson = /[/+]json/.test(answered.headers.get('content-type') ?? '');
  const answer = { status: answered.status, headers: answered.headers, body: isJson ? JSON.parse(text) : text };
  checkAnswer(method, path, answer);
  return answer;
}

/** The bytes under an address. */
export async function bytesAt(url: string, path: string): Promise<Buffer> {
  const answer = await fetch(url + path);
  if (answer.status !== 200) throw new Error(`GET ${path} answered ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}
