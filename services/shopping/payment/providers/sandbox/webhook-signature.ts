import { createHmac, timingSafeEqual } from 'node:crypto';

/** An older webhook is refused, because it may be a replay. */
const MAX_AGE_S = 300;

/**
 * Signs a webhook's body as Stripe does: `t=<seconds>,v1=<HMAC-SHA256 of "<seconds>.<body>", in hex>`
 * (https://docs.stripe.com/webhooks#verify-manually).
 */
export function signWebhook(body: string, secret: string, now: Date): string {
  const seconds = Math.floor(+now / 1000);
  return `t=${seconds},v1=${hmac(seconds, body, secret).toString('hex')}`;
}

/** Whether the header has a signature of this body that is not too old. */
export function isSignatureValid(body: string, header: string, secret: string, now: Date): boolean {
  const parts = header.split(',').map((part) => part.trim().split('='));
  const seconds = Number(parts.find(([name]) => name === 't')?.[1] ?? Number.NaN);
  // Whole seconds alone: the signature below covers the number, not its text in the header.
  if (!Number.isSafeInteger(seconds) || +now / 1000 - seconds > MAX_AGE_S) return false;
  const expected = hmac(seconds, body, secret);
  return parts.some(([name, hex = '']) => {
    const given = Buffer.from(hex, 'hex');
    return name === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
  });
}

const hmac = (seconds: number, body: string, secret: string): Buffer =>
  createHmac('sha256', secret).update(`${seconds}.${body}`).digest();
