/** An address without a path, a user or a wildcard. */
const ORIGIN = /^https?:\/\/[^\s/?#@*\\]+$/i;

/**
 * An origin in the form that browsers send it in (https://fetch.spec.whatwg.org/#origin-header): in lower case, without
 * the port that the scheme has anyway, in ASCII. Undefined for what is none.
 */
export const parseOrigin = (text: string): string | undefined =>
  ORIGIN.test(text) && URL.canParse(text) ? new URL(text).origin : undefined;
