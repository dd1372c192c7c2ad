import type { Context, Middleware, ServiceBroker } from 'moleculer';

/**
 * Ends the request of a call that was given up, right outside Moleculer's time-out. Its context tracker would hold the
 * context for ever, as the answer that it waits for no longer comes: a leak, and a stop that waits in vain.
 */
export function settleTimeouts(): Middleware {
  return {
    name: 'SettleTimeouts',
    remoteAction(this: ServiceBroker, next: (ctx: Context) => Promise<unknown>) {
      return (ctx: Context) =>
        next(ctx).catch((error: unknown) => {
          this.transit?.pendingRequests.get(ctx.id)?.reject(error);
          throw error;
        });
    },
  } as Middleware;
}
