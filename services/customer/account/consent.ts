/** Purposes that a customer can consent to. */
export const CONSENT_PURPOSES = ['newsletter', 'offers', 'surveys'] as const;
export type ConsentPurpose = (typeof CONSENT_PURPOSES)[number];

/** A decision on one purpose, with its time as proof (GDPR Art. 7). */
export interface Consent {
  purpose: ConsentPurpose;
  granted: boolean;
  at: Date;
}

const MAX_CONSENTS = 100;

/** Records a decision; repeating it keeps the first time. */
export function recordConsent(
  consents: readonly Consent[],
  purpose: ConsentPurpose,
  granted: boolean,
  now: Date,
): readonly Consent[] {
  const last = consents.findLast((consent) => consent.purpose === purpose);
  if ((last?.granted ?? false) === granted) return consents;
  return [...consents, { purpose, granted, at: now }].slice(-MAX_CONSENTS);
}

/** Every purpose with its latest decision. */
export function consentsView(consents: readonly Consent[] = []) {
  return CONSENT_PURPOSES.map((purpose) => {
    const last = consents.findLast((consent) => consent.purpose === purpose);
    return { purpose, granted: last?.granted ?? false, at: last?.at.toISOString() ?? null };
  });
}
