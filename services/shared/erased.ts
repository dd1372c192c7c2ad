/** Stands where something personal was. */
export const ERASED = 'erased';
