import { createHmac, timingSafeEqual } from 'node:crypto';

/** A webhook older than this, in seconds, is refused: it may have been recorded and sent again. */
const TOLERANCE = 300;

/**
 * Signs a webhook's body as Stripe does: `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>", in hex>`
 * (https://docs.stripe.com/webhooks#verify-manually).
 */
export function sign(body: string, secret: string, now: Date): string {
  const seconds = Math.floor(+now / 1000);
  return `t=${seconds},v1=${hmac(seconds, body, secret).toString('hex')}`;
}

/** Whether one of the header's signatures is that of this body, and not too old. */
export function isSigned(body: string, header: string, secret: string, now: Date): boolean {
  const parts = header.split(',').map((part) => part.trim().split('='));
  const seconds = Number(parts.find(([name]) => name === 't')?.[1] ?? Number.NaN);
  // Whole seconds: what is signed below is the number, not the text it came as.
  if (!Number.isSafeInteger(seconds) || +now / 1000 - seconds > TOLERANCE) return false;
  const expected = hmac(seconds, body, secret);
  return parts.some(([name, hex = '']) => {
    const given = Buffer.from(hex, 'hex');
    return name === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const hmac = (seconds: number, body: string, secret: string): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.${body}`).digest();
