import type { Context, Middleware } from 'moleculer';

/** Whether a log of this level has a line for each request. */
export const isLogged = (level: string): boolean => ['info', 'debug', 'trace'].includes(level);

/**
 * Logs one line per action that this node runs for a request, with the request id, which is the same on all nodes.
 * Without cost at log levels that do not include it.
 */
export function requestLog(level: string): Middleware {
  return {
    name: 'RequestLog',
    localAction(next, action) {
      if (!isLogged(level) || String(action.name).startsWith('$')) return next;
      return async function (ctx: Context) {
        const begun = performance.now();
        const log = (outcome: string) =>
          ctx.broker.logger.info(`${nameOf(String(action.name), ctx.params)} ${outcome}`, {
            requestId: ctx.requestID,
            ms: Math.round(performance.now() - begun),
          });
        try {
          const result = await next.call(this, ctx);
          log('done');
          return result;
        } catch (error) {
          log(`refused: ${(error as { type?: string }).type ?? 'internal-error'}`);
          throw error;
        }
      } as typeof next;
    },
  };
}

/** The gateway's action is logged as the HTTP request. */
function nameOf(action: string, params: unknown): string {
  const { req } = params as { req?: { method?: string; parsedUrl?: string } };
  return action === 'api.rest' && req ? `${req.method} ${req.parsedUrl}` : action;
}
