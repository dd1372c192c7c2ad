/** The payment methods of the sandbox; docs/payments.md has the outcome of each. */
export const TEST_TOKENS = [
  'tok_approve',
  'tok_decline',
  'tok_timeout_charged',
  'tok_timeout_not_charged',
  'tok_late_webhook',
  'tok_late_decline',
  'tok_duplicate_webhook',
  'tok_challenge',
  'tok_challenge_approved',
  'tok_challenge_declined',
  'tok_challenge_abandoned',
  'tok_redirect',
  'tok_slow',
  'tok_two_step',
  'tok_refunded_elsewhere',
  'tok_refund_refused',
  'tok_refund_fails',
  'tok_disputed',
  'tok_dispute_won',
  'tok_dispute_lost',
] as const;

export type TestToken = (typeof TEST_TOKENS)[number];

export const isTestToken = (method: string): method is TestToken => TEST_TOKENS.some((token) => token === method);
