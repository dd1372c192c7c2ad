import { expect, test } from '@jest/globals';
import { contracts } from '../../../services/contracts.ts';
import { eachEngine } from '../../support/engines.ts';
import { startShop } from '../../support/shop.ts';

/** The whole surface, written out once more by hand: a route that appears or goes must be meant. */
const ROUTES = `
  DELETE /v1/admin/categories/:slug
  DELETE /v1/admin/products/:id/images/:imageId
  DELETE /v1/admin/products/:id/price-changes/:changeId
  DELETE /v1/admin/staff/:id
  DELETE /v1/cart
  DELETE /v1/cart/items/:sku
  DELETE /v1/checkout/hold
  DELETE /v1/me
  DELETE /v1/me/addresses/:id
  DELETE /v1/me/sessions
  DELETE /v1/me/sessions/:id
  DELETE /v1/me/stock-alerts/:sku
  DELETE /v1/me/wishlist/:productId
  DELETE /v1/products/:id/reviews/:reviewId/helpful
  DELETE /v1/products/:id/reviews/mine
  GET /.well-known/jwks.json
  GET /account/:page
  GET /docs
  GET /docs/:file
  GET /healthz
  GET /media/:id/:file
  GET /openapi.json
  GET /problems/:type
  GET /readyz
  GET /sandbox/challenge/:id
  GET /v1/admin/audit-log
  GET /v1/admin/coupons
  GET /v1/admin/coupons/:code
  GET /v1/admin/credit-notes
  GET /v1/admin/customers/:id/payment-terms
  GET /v1/admin/imports
  GET /v1/admin/imports/:id
  GET /v1/admin/imports/:id/errors
  GET /v1/admin/imports/:id/removed
  GET /v1/admin/inventory
  GET /v1/admin/inventory/:sku
  GET /v1/admin/inventory/:sku/movements
  GET /v1/admin/invoices
  GET /v1/admin/orders
  GET /v1/admin/orders.csv
  GET /v1/admin/orders/:id
  GET /v1/admin/orders/:id/credit-notes
  GET /v1/admin/orders/:id/credit-notes/:number
  GET /v1/admin/orders/:id/invoice
  GET /v1/admin/orders/:id/payments
  GET /v1/admin/payments
  GET /v1/admin/products
  GET /v1/admin/products/:id
  GET /v1/admin/products/export
  GET /v1/admin/reviews
  GET /v1/admin/staff
  GET /v1/cart
  GET /v1/categories
  GET /v1/categories/:slug
  GET /v1/checkout/hold
  GET /v1/countries
  GET /v1/countries/:code
  GET /v1/me
  GET /v1/me/addresses
  GET /v1/me/addresses/:id
  GET /v1/me/consents
  GET /v1/me/export
  GET /v1/me/sessions
  GET /v1/me/stock-alerts
  GET /v1/me/wishlist
  GET /v1/orders
  GET /v1/orders/:id
  GET /v1/orders/:id/credit-notes
  GET /v1/orders/:id/credit-notes/:number
  GET /v1/orders/:id/events
  GET /v1/orders/:id/invoice
  GET /v1/payment-methods
  GET /v1/products
  GET /v1/products/:id/reviews
  GET /v1/products/:id/reviews/mine
  GET /v1/products/:idOrSlug
  GET /v1/products/:idOrSlug/related
  GET /v1/products/suggest
  PATCH /v1/admin/categories/:slug
  PATCH /v1/admin/products/:id
  PATCH /v1/admin/products/:id/images/:imageId
  PATCH /v1/me
  POST /sandbox/challenge/:id
  POST /v1/admin/categories
  POST /v1/admin/imports
  POST /v1/admin/inventory/:sku/movements
  POST /v1/admin/inventory/stocktakes
  POST /v1/admin/orders/:id/cancel
  POST /v1/admin/orders/:id/decide
  POST /v1/admin/orders/:id/deliver
  POST /v1/admin/orders/:id/pack
  POST /v1/admin/orders/:id/payments
  POST /v1/admin/orders/:id/payouts
  POST /v1/admin/orders/:id/refunds
  POST /v1/admin/orders/:id/refunds/:refundId/retry
  POST /v1/admin/orders/:id/refunds/:refundId/settle
  POST /v1/admin/orders/:id/replay
  POST /v1/admin/orders/:id/returns/:returnId/approve
  POST /v1/admin/orders/:id/returns/:returnId/refuse
  POST /v1/admin/orders/:id/ship
  POST /v1/admin/products
  POST /v1/admin/products/:id/archive
  POST /v1/admin/products/:id/images
  POST /v1/admin/products/:id/price-changes
  POST /v1/admin/products/:id/restore
  POST /v1/admin/reviews/:id/approve
  POST /v1/admin/reviews/:id/reject
  POST /v1/admin/staff
  POST /v1/auth/email/resend
  POST /v1/auth/email/verify
  POST /v1/auth/login
  POST /v1/auth/logout
  POST /v1/auth/password/forgot
  POST /v1/auth/password/reset
  POST /v1/auth/refresh
  POST /v1/auth/register
  POST /v1/checkout/hold
  POST /v1/checkout/quote
  POST /v1/guests/erase
  POST /v1/guests/erasure-link
  POST /v1/guests/export
  POST /v1/guests/export-link
  POST /v1/me/addresses
  POST /v1/me/email
  POST /v1/orders
  POST /v1/orders/:id/cancel
  POST /v1/orders/:id/payment
  POST /v1/orders/:id/payment/complete
  POST /v1/orders/:id/returns
  POST /v1/orders/lookup
  POST /v1/products/lookup
  POST /v1/webhooks/:provider
  PUT /v1/admin/coupons/:code
  PUT /v1/admin/customers/:id/payment-terms
  PUT /v1/admin/inventory/:sku
  PUT /v1/admin/orders/:id/address
  PUT /v1/admin/orders/:id/shipment
  PUT /v1/admin/products/:id/images
  PUT /v1/admin/staff/:id
  PUT /v1/cart/currency
  PUT /v1/cart/items/:sku
  PUT /v1/me/addresses/:id
  PUT /v1/me/consents/:purpose
  PUT /v1/me/password
  PUT /v1/me/stock-alerts/:sku
  PUT /v1/me/wishlist/:productId
  PUT /v1/products/:id/reviews/:reviewId/helpful
  PUT /v1/products/:id/reviews/mine
`
  .trim()
  .split(/\n\s*/);

eachEngine('routes', (engine) => {
  test('the gateway has the routes that the contracts name, and no other', async () => {
    const shop = await startShop(engine.config());
    try {
      const gateway = shop.broker.getLocalService('api') as unknown as {
        aliases: { method: string; fullPath: string }[];
      };
      const aliases = gateway.aliases.map(({ method, fullPath }) => `${method} ${fullPath}`).sort();
      const declared = contracts.flatMap(({ actions }) => Object.values(actions).flatMap(({ rest }) => rest ?? []));
      expect(aliases).toEqual(declared.sort());
      expect(aliases).toEqual(ROUTES);
    } finally {
      await shop.stop();
    }
  });
});
