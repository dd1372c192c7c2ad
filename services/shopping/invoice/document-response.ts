import type { Ctx } from '../../../lib/contract/contract.ts';
import type { DocumentContent } from './document-content.ts';
import { DOCUMENT_CSP, renderHtml } from './html.ts';

/** The format of a document that a request asks for. */
export interface DocumentRequest {
  format?: 'pdf' | 'html' | undefined;
  accept?: string | undefined;
}

/**
 * The response with a document in the requested format. Default: HTML if the client accepts text/html, else PDF.
 */
export async function respondWithDocument(
  { meta }: Pick<Ctx<unknown>, 'meta'>,
  { accept = '', format = /\btext\/html\b/i.test(accept) ? 'html' : 'pdf' }: DocumentRequest,
  content: DocumentContent,
): Promise<string | Buffer> {
  if (format === 'html') {
    meta.$responseType = 'text/html; charset=utf-8';
    meta.$responseHeaders = { 'Content-Security-Policy': DOCUMENT_CSP };
    return renderHtml(content);
  }
  meta.$responseType = 'application/pdf';
  meta.$responseHeaders = { 'Content-Disposition': `inline; filename="${content.fileName}.pdf"` };
  const { renderPdf } = await import('./pdf.ts'); // 35 MB of libraries, which most processes never need
  return renderPdf(content);
}
