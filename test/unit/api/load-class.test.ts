import { expect, test } from '@jest/globals';
import { CLASS_LIMITS, type LoadClass, loadClassOf } from '../../../services/api/admission/load-class.ts';
import { routesOf } from '../../../services/api/http/routes.ts';
import { contracts } from '../../../services/contracts.ts';

const routes = routesOf(contracts);
const classOf = (route: string) => {
  const found = routes.find(({ method, path }) => `${method} ${path}` === route);
  if (!found) throw new Error(`there is no ${route}`);
  return loadClassOf(found);
};

test.each<[string, LoadClass]>([
  ['GET /healthz', 'exempt'],
  ['GET /readyz', 'exempt'],
  ['GET /.well-known/jwks.json', 'exempt'],
  ['POST /v1/webhooks/:provider', 'exempt'],
  ['GET /v1/orders/:id/events', 'exempt'],
  ['POST /v1/admin/imports', 'exempt'],
  ['POST /v1/orders', 'checkout'],
  ['GET /v1/orders/:id', 'checkout'],
  ['POST /v1/orders/:id/cancel', 'checkout'],
  ['POST /v1/checkout/quote', 'checkout'],
  ['POST /v1/checkout/hold', 'checkout'],
  ['GET /v1/cart', 'cart'],
  ['PUT /v1/cart/items/:sku', 'cart'],
  ['GET /v1/products', 'browse'],
  ['GET /v1/products/:idOrSlug', 'browse'],
  ['POST /v1/products/lookup', 'browse'],
  ['GET /v1/categories', 'browse'],
  ['GET /media/:id/:file', 'browse'],
  ['POST /v1/auth/login', 'account'],
  ['POST /v1/auth/refresh', 'account'],
  ['GET /v1/me', 'account'],
  ['GET /v1/orders/:id/invoice', 'account'],
  ['GET /v1/admin/orders', 'staff'],
  ['GET /v1/admin/products/export', 'staff'],
])('%s is %s', (route, expected) => {
  expect(classOf(route)).toBe(expected);
});

test('every route for staff is staff, but for uploads, and nothing of the shop is exempt without a reason', () => {
  const exempt = routes.filter((route) => loadClassOf(route) === 'exempt');
  const services = new Set(exempt.map(({ action }) => action.split('.')[0]));
  const odd = routes.filter(({ contract }) => contract.auth === 'staff' && !contract.upload);
  expect(odd.filter((route) => loadClassOf(route) !== 'staff')).toEqual([]);
  expect([...services].sort()).toEqual(['account-pages', 'api', 'docs', 'import', 'payment', 'product', 'tracking']);
});

test('browsing gives way before a checkout does', () => {
  const [browse, checkout] = [CLASS_LIMITS.get('browse'), CLASS_LIMITS.get('checkout')];
  expect(browse?.loopDelayMs).toBeLessThan(checkout?.loopDelayMs ?? 0);
  expect(browse?.targetMs).toBeLessThan(checkout?.targetMs ?? 0);
});
