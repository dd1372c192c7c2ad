import { registerHooks } from 'node:module';

const PACKAGE = 'moleculer-shop/';

/**
 * Lets files of SERVICES_DIR, wherever it is, import the shop's modules by `moleculer-shop/…`, as `exports` of our
 * package.json lists them. They are those of this process, whichever copy the folder's own node_modules has: Node strips
 * no types there, and a second copy would share no state with the services of the shop.
 */
export function provideShopModules(): void {
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      // A package may import itself by its name; so the import is resolved as if it were one of ours.
      nextResolve(specifier, specifier.startsWith(PACKAGE) ? { ...context, parentURL: import.meta.url } : context),
  });
}
