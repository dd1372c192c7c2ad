/** A URL without path, user and wildcard. */
const ORIGIN = /^https?:\/\/[^\s/?#@*\\]+$/i;

/**
 * An origin in the form that browsers send (https://fetch.spec.whatwg.org/#origin-header): lower case, ASCII, without the
 * default port of the scheme. Undefined for other texts.
 */
export const parseOrigin = (text: string): string | undefined =>
  ORIGIN.test(text) && URL.canParse(text) ? new URL(text).origin : undefined;
