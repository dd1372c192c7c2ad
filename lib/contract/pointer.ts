/** Escapes a field's name for a JSON pointer (RFC 6901 §3). */
export const escapePointerPart = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
