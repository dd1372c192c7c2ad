import { LRUCache } from 'lru-cache';
import { marked } from 'marked';
import sanitize from 'sanitize-html';

/** Allowed HTML of a description; all other elements, such as scripts and styles, are removed. */
const SANITIZE_OPTIONS: sanitize.IOptions = {
  allowedTags: [
    ...['p', 'br', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'hr', 'ul', 'ol', 'li', 'a'],
    ...['h2', 'h3', 'h4', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  allowedAttributes: { a: ['href', 'rel'] },
  allowedSchemes: ['https', 'http', 'mailto'],
  allowProtocolRelative: false,
  // The page already has an h1, the title of the product.
  transformTags: { h1: 'h2', a: sanitize.simpleTransform('a', { rel: 'nofollow noopener' }) },
};

const htmlCache = new LRUCache<string, string>({ max: 500 });

/** Renders Markdown (GFM) as sanitised HTML. */
export function renderMarkdown(markdown: string): string {
  const cached = htmlCache.get(markdown);
  if (cached !== undefined) return cached;
  const html = sanitize(marked.parse(markdown, { async: false, gfm: true }), SANITIZE_OPTIONS).trim();
  htmlCache.set(markdown, html);
  return html;
}
