/** What a customer may agree to. */
export const CONSENT_PURPOSES = ['newsletter', 'offers', 'surveys'] as const;
export type ConsentPurpose = (typeof CONSENT_PURPOSES)[number];

/** What was said of one purpose, and when: the proof of it (GDPR Art. 7). */
export interface Consent {
  purpose: ConsentPurpose;
  granted: boolean;
  at: Date;
}

const MOST_KEPT = 100;

/** Notes a yes or a no; one that is said again keeps its first time. */
export function note(
  consents: readonly Consent[],
  purpose: ConsentPurpose,
  granted: boolean,
  now: Date,
): readonly Consent[] {
  const last = consents.findLast((consent) => consent.purpose === purpose);
  if ((last?.granted ?? false) === granted) return consents;
  return [...consents, { purpose, granted, at: now }].slice(-MOST_KEPT);
}

/** Every purpose, with what was said last of it. */
export function consentsView(consents: readonly Consent[] = []) {
  return CONSENT_PURPOSES.map((purpose) => {
    const last = consents.findLast((consent) => consent.purpose === purpose);
    return { purpose, granted: last?.granted ?? false, at: last?.at.toISOString() ?? null };
  });
}
