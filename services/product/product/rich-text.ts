import { LRUCache } from 'lru-cache';
import { marked } from 'marked';
import sanitize from 'sanitize-html';

/** What a description may be made of; everything else, scripts and styles first, is dropped. */
const ALLOWED: sanitize.IOptions = {
  allowedTags: [
    ...['p', 'br', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'hr', 'ul', 'ol', 'li', 'a'],
    ...['h2', 'h3', 'h4', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: { a: ['href', 'rel'] },
  allowedSchemes: ['https', 'http', 'mailto'],
  allowProtocolRelative: false,
  // A page has one h1 already: that of the product.
  transformTags: { h1: 'h2', a: sanitize.simpleTransform('a', { rel: 'nofollow noopener' }) },
};

const rendered = new LRUCache<string, string>({ max: 500 });

/** Markdown (GFM) as HTML that is safe to put into a page. */
export function richText(markdown: string): string {
  const known = rendered.get(markdown);
  if (known !== undefined) return known;
  const html = sanitize(marked.parse(markdown, { async: false, gfm: true }), ALLOWED).trim();
  rendered.set(markdown, html);
  return html;
}
