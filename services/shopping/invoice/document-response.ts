import type { Ctx } from '../../../lib/contract/contract.ts';
import type { DocumentContent } from './document-content.ts';
import { DOCUMENT_CSP, renderHtml } from './html.ts';
import { renderPdf } from './pdf.ts';

/** How a paper is asked for. */
export interface DocumentRequest {
  format?: 'pdf' | 'html' | undefined;
  accept?: string | undefined;
}

/** A paper as a page for clients that accept text/html, else as a PDF; `format` decides before that. */
export async function respondWithDocument(
  { meta }: Pick<Ctx<unknown>, 'meta'>,
  { accept = '', format = /\btext\/html\b/i.test(accept) ? 'html' : 'pdf' }: DocumentRequest,
  sheet: DocumentContent,
): Promise<string | Buffer> {
  if (format === 'html') {
    meta.$responseType = 'text/html; charset=utf-8';
    meta.$responseHeaders = { 'Content-Security-Policy': DOCUMENT_CSP };
    return renderHtml(sheet);
  }
  meta.$responseType = 'application/pdf';
  meta.$responseHeaders = { 'Content-Disposition': `inline; filename="${sheet.fileName}.pdf"` };
  return renderPdf(sheet);
}
