import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Meta } from '../../../lib/contract/contract.ts';
import { service } from '../../../lib/contract/service.ts';
import type { NodeConfig } from '../../node-config.ts';
import { errors } from '../../shared/problems.ts';
import { routesOf } from '../http/routes.ts';
import { CompressedDocument } from './compressed.ts';
import { docs } from './docs.contract.ts';
import { openapi } from './openapi.ts';
import { helpFor, problemPage } from './problem-help.ts';

/** Served from the package, so that the page loads nothing from another host. */
const FOLDER: string = createRequire(import.meta.url)('swagger-ui-dist/absolute-path.js')();
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};
const START = `window.ui = SwaggerUIBundle({ url: '/openapi.json', dom_id: '#docs', deepLinking: true });\n`;
const PAGE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>The shop's interface</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/docs/swagger-ui.css"><link rel="icon" href="/docs/favicon-32x32.png"></head>
<body><div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
`;
/** Swagger UI sets styles inline and has pictures in its style sheet. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'";
const TEXT_POLICY = "default-src 'none'; frame-ancestors 'none'";
const CACHE_CONTROL = 'public, max-age=3600';

function answer(meta: Meta, type: string, headers: Record<string, string> = {}): void {
  meta.$responseType = type;
  meta.$responseHeaders = { 'Cache-Control': CACHE_CONTROL, ...headers };
}

/** The documentation of the API; runs in every gateway. */
export default function docsService(config: NodeConfig) {
  // At the start, so that a gateway whose document cannot be written does not start.
  const description = new CompressedDocument(JSON.stringify(openapi(routesOf(config.contracts))));
  const assets = new Map<string, CompressedDocument>();

  return service(docs, config, {
    handlers: {
      async description(ctx) {
        const { body, headers } = await description.as(ctx.params.acceptEncoding);
        answer(ctx.meta, 'application/json; charset=utf-8', headers);
        return body;
      },

      page(ctx) {
        answer(ctx.meta, 'text/html; charset=utf-8', { 'Content-Security-Policy': PAGE_POLICY });
        return PAGE;
      },

      async asset(ctx) {
        const { file } = ctx.params;
        if (file === 'start.js') {
          answer(ctx.meta, 'text/javascript; charset=utf-8');
          return START;
        }
        // A list of names, so that no request becomes a path.
        const type = Object.hasOwn(ASSETS, file) ? ASSETS[file] : undefined;
        if (!type) throw errors.notFound();
        const content = assets.get(file) ?? new CompressedDocument(readFileSync(join(FOLDER, file)));
        assets.set(file, content);
        const { body, headers } = await content.as(ctx.params.acceptEncoding);
        answer(ctx.meta, type, headers);
        return body;
      },

      problem(ctx) {
        const help = helpFor(ctx.params.type);
        if (!help) throw errors.notFound('This type of problem');
        if (!/\btext\/html\b/i.test(ctx.params.accept ?? '')) {
          answer(ctx.meta, 'application/json; charset=utf-8', { Vary: 'Accept, Origin' });
          return JSON.stringify(help);
        }
        answer(ctx.meta, 'text/html; charset=utf-8', {
          'Content-Security-Policy': TEXT_POLICY,
          Vary: 'Accept, Origin',
        });
        return problemPage(help);
      },
    },
  });
}
