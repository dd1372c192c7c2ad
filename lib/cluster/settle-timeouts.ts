import type { Context, Middleware, ServiceBroker } from 'moleculer';

/**
 * Settles the pending request of a call that has timed out; placed directly outside Moleculer's time-out. Otherwise its
 * context tracker would keep the context for ever, because the response never comes: a memory leak, and a shutdown that
 * waits in vain.
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
