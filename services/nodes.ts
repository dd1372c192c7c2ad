import type { ServiceSchema } from 'moleculer';
import type { Contract } from '../lib/contract/contract.ts';
import type { Config } from '../lib/process/config.ts';
import type { NodeKind } from '../lib/process/node-kinds.ts';
import { sandboxPages } from './api/sandbox-pages/sandbox-pages.contract.ts';
import { type Extensions, NO_EXTENSIONS } from './extensions/extensions.ts';
import type { NodeConfig } from './node-config.ts';
import { enabledProviders, isSandboxUsed } from './shopping/payment/providers/registry.ts';

/**
 * The services of a node kind; imported only where it runs.
 * @throws {StartError} for an extension that cannot be used
 */
export async function servicesOf(
  kind: NodeKind,
  config: Config,
  extensions: Extensions = NO_EXTENSIONS,
): Promise<ServiceSchema[]> {
  const modules = await Promise.all(MODULES[kind](config));
  // A shop that takes real money has no page on which anybody says that it was paid.
  const isOffered = (one: Contract) => one !== sandboxPages || isSandboxUsed(config);
  const given = { ...config, contracts: extensions.contracts.filter(isOffered) };
  const ours = modules.map((module) => module.default(given));
  return [...ours, ...(await extensions.servicesOf(kind, config, ours))];
}

type Module = { default: (config: NodeConfig) => ServiceSchema };

const MODULES: Record<NodeKind, (config: Config) => Promise<Module>[]> = {
  customer: () => [
    import('./customer/guard/attempt.service.ts'),
    import('./customer/staff/audit-log.service.ts'),
    import('./customer/account/customer.service.ts'),
    import('./customer/guard/limit.service.ts'),
    import('./customer/mail/mail.service.ts'),
  ],
  product: () => [
    import('./product/product/product.service.ts'),
    import('./product/category/category.service.ts'),
    import('./product/inventory/inventory.service.ts'),
    import('./product/inventory/movement.service.ts'),
    import('./product/inventory/posting.service.ts'),
    import('./product/stock-alert/stock-alert.service.ts'),
    import('./product/review/review.service.ts'),
    import('./product/review/review-vote.service.ts'),
    import('./product/media/media.service.ts'),
    import('./product/import/import.service.ts'),
    import('./product/import/removed-variant.service.ts'),
  ],
  shopping: (config) => [
    import('./shopping/cart/cart.service.ts'),
    import('./shopping/order/order.service.ts'),
    import('./shopping/audit/audit.service.ts'),
    import('./shopping/checkout/checkout.service.ts'),
    import('./shopping/coupon/coupon.service.ts'),
    import('./shopping/hold/hold.service.ts'),
    import('./shopping/invoice/invoice.service.ts'),
    import('./shopping/invoice/credit-note.service.ts'),
    import('./shopping/payment/payment.service.ts'),
    // Also where its providers are switched off: money may still come for orders.
    import('./shopping/payment/receivables/receivable.service.ts'),
    ...enabledProviders(config).flatMap((provider) => provider.services?.() ?? []),
  ],
  api: (config) => [
    import('./api/api.service.ts'),
    import('./api/countries/countries.service.ts'),
    import('./api/docs/docs.service.ts'),
    import('./api/account-pages/account-pages.service.ts'),
    ...(isSandboxUsed(config) ? [import('./api/sandbox-pages/sandbox-pages.service.ts')] : []),
    import('./api/tracking/tracking.service.ts'),
  ],
  watcher: () => [import('./watcher/watcher.service.ts')],
};
