import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { service } from '../../../lib/contract/service.ts';
import type { Config } from '../../../lib/process/config.ts';
import { GUEST_LINK_KINDS, LINK_MAIL_KINDS } from '../../customer/mail/mail.contract.ts';
import { errors } from '../../shared/problems.ts';
import { accountPages } from './account-pages.contract.ts';

const FOLDER = join(import.meta.dirname, '../../../web/account');

/** Allows these files and the shop's routes alone: no inline script, no other host, and no form that the browser submits. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";
const CACHE_CONTROL = 'public, max-age=300';

interface Part {
  type: string;
  content: string;
}

/** A page for each link in a mail, and their shared files. A list, so that no request becomes a path. */
const files: readonly (readonly [name: string, file: string, type: string])[] = [
  ...[...LINK_MAIL_KINDS, ...GUEST_LINK_KINDS].map((name) => [name, `${name}.html`, 'text/html'] as const),
  // Behind the links in all mails about a guest's order.
  ['order', 'order.html', 'text/html'],
  ['account.js', 'account.js', 'text/javascript'],
  ['guest.js', 'guest.js', 'text/javascript'],
  ['account.css', 'account.css', 'text/css'],
];

/** The pages behind links in mails, where PUBLIC_URL is the gateway itself; a front end has pages of its own. */
export default function accountPagesService(config: Config) {
  const parts = new Map<string, Part>(
    files.map(([name, file, type]) => [
      name,
      { type: `${type}; charset=utf-8`, content: readFileSync(join(FOLDER, file), 'utf8') },
    ]),
  );

  return service(accountPages, config, {
    handlers: {
      page(ctx) {
        const part = parts.get(ctx.params.page);
        if (!part) throw errors.notFound('This page');
        ctx.meta.$responseType = part.type;
        ctx.meta.$responseHeaders = { 'Cache-Control': CACHE_CONTROL, 'Content-Security-Policy': POLICY };
        return part.content;
      },
    },
  });
}
