import { describe, expect, test } from '@jest/globals';
import Stripe from 'stripe';
import {
  isSignatureValid,
  signWebhook,
} from '../../../services/shopping/payment/providers/sandbox/webhook-signature.ts';

const SECRET = 'whsec_of_this_test';
const NOW = new Date('2026-03-01T10:00:00Z');
const BODY = '{"id":"evt_1","text":"für Ada"}';
const later = (seconds: number) => new Date(+NOW + seconds * 1000);

describe('the signature of a webhook', () => {
  const header = signWebhook(BODY, SECRET, NOW);

  test("is right for its body, and is what Stripe's own library makes and takes", () => {
    expect(isSignatureValid(BODY, header, SECRET, NOW)).toBe(true);
    const options = { payload: BODY, secret: SECRET, timestamp: +NOW / 1000 };
    expect(header).toBe(Stripe.webhooks.generateTestHeaderString(options));
    expect(Stripe.webhooks.signature?.verifyHeader(BODY, header, SECRET, 300, undefined, +NOW)).toBe(true);
  });

  test.each([
    ['made with a wrong key', BODY, signWebhook(BODY, 'whsec_of_another_shop', NOW)],
    ['of a body that was tampered with', BODY.replace('1', '2'), header],
    ['whose time was moved', BODY, header.replace(/t=\d+/, `t=${+NOW / 1000 + 60}`)],
    ['of another scheme', BODY, header.replace('v1=', 'v0=')],
    ['cut short', BODY, header.slice(0, -2)],
    ['without a time', BODY, header.replace(/t=\d+,/, '')],
    ['without a signature', BODY, header.replace(/,v1=.*/, '')],
    ['with an empty signature', BODY, header.replace(/v1=.*/, 'v1=')],
    ['that is no signature', BODY, 'nonsense'],
    ['that is not there', BODY, ''],
  ])('%s is refused', (_what, body, given) => {
    expect(isSignatureValid(body, given, SECRET, NOW)).toBe(false);
  });

  test('counts for five minutes', () => {
    expect(isSignatureValid(BODY, header, SECRET, later(300))).toBe(true);
    expect(isSignatureValid(BODY, header, SECRET, later(301))).toBe(false);
  });

  test('may be one of several, while the secret is being changed', () => {
    const both = `${header.split(',')[0]},v1=${'0'.repeat(64)},${header.split(',')[1]}`;
    expect(isSignatureValid(BODY, both, SECRET, NOW)).toBe(true);
  });
});
