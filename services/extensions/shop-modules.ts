import { registerHooks } from 'node:module';

const PACKAGE = 'moleculer-shop/';

let isRegistered = false;

/**
 * Lets extensions anywhere import the shop's modules by `moleculer-shop/…`, as `exports` of our package.json lists them.
 * They are those of this process, whichever copy an extension's own node_modules has: Node strips no types there, and a
 * second copy would share no state with the services here.
 */
export function provideShopModules(): void {
  if (isRegistered) return;
  isRegistered = true;
  registerHooks({
    resolve: (specifier, context, nextResolve) =>
      // A package may import itself by its name; so the import is resolved as one of ours.
      nextResolve(specifier, specifier.startsWith(PACKAGE) ? { ...context, parentURL: import.meta.url } : context),
  });
}
