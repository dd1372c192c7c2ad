import type { Context } from 'moleculer';
import type { Meta } from '../../../lib/contract/contract.ts';
import { errors } from '../../shared/problems.ts';
import { authenticate } from './authenticate.ts';
import { paramsOf } from './params.ts';
import { type Access, pathParamsOf, type Request } from './request.ts';
import type { Route } from './routes.ts';
import { refuseUnsafeQuery } from './unsafe-names.ts';
import { checkUpload } from './upload.ts';

/**
 * Authenticates a request.
 * @returns the parameters of its action
 * @throws unauthenticated, invalid-token, not-found, unsupported-media-type, and what `paramsOf` throws
 */
export function resolveRequest(
  route: Route,
  ctx: Context<unknown, Meta>,
  req: Request,
  access: Access,
): Record<string, unknown> {
  authenticate(route, ctx, req, access);
  if (route.contract.upload) checkUpload(req, route.contract.upload);
  else if (!route.contract.rawBody) refuseOtherMedia(req);
  refuseUnsafeQuery(req.originalUrl ?? '');
  const raw = Buffer.isBuffer(req.body) ? req.body.toString() : undefined;
  const { headers, query, body } = req;
  return paramsOf(route, { headers, path: pathParamsOf(req), query, body, raw });
}

function refuseOtherMedia(req: Request): void {
  const hasBody = Number(req.headers['content-length'] ?? 0) > 0 || req.headers['transfer-encoding'] !== undefined;
  if (hasBody && req.body === undefined) throw errors.unsupportedMediaType();
}
