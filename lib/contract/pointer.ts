/** A name as part of a JSON pointer (RFC 6901 §3). */
export const escaped = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');
