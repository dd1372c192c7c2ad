import type { ServiceSchema } from 'moleculer';
import type { Config } from '../lib/config.ts';
import type { NodeKind } from '../lib/node-kinds.ts';

/** The services of a node kind; imported only where it runs. */
export async function servicesOf(kind: NodeKind, config: Config): Promise<ServiceSchema[]> {
  const modules = await Promise.all(MODULES[kind]());
  return modules.map((module) => module.default(config));
}

type Module = { default: (config: Config) => ServiceSchema };

const MODULES: Record<NodeKind, () => Promise<Module>[]> = {
  customer: () => [import('./customer/customer.service.ts')],
  product: () => [
    import('./product/product.service.ts'),
    import('./product/category.service.ts'),
    import('./product/inventory.service.ts'),
  ],
  shopping: () => [
    import('./shopping/cart.service.ts'),
    import('./shopping/order.service.ts'),
    import('./shopping/payment.service.ts'),
  ],
  api: () => [import('./api/api.service.ts')],
  watcher: () => [import('./watcher/watcher.service.ts')],
};
