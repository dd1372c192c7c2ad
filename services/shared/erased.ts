/** The stored text in place of erased personal data. */
export const ERASED = 'erased';
