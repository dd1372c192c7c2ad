import type { Context, Middleware } from 'moleculer';

/** Whether a log of this level has a line for each request. */
export const isLogged = (level: string): boolean => ['info', 'debug', 'trace'].includes(level);

/**
 * One line for each action that this node runs for a request, under the request's id, which is the same on every node
 * that it crosses. Costs nothing where the log's level does not ask for it.
 */
export function requestLog(level: string): Middleware {
  return {
    name: 'RequestLog',
    localAction(next, action) {
      if (!isLogged(level) || String(action.name).startsWith('$')) return next;
      return async function (ctx: Context) {
        const begun = performance.now();
        const say = (outcome: string) =>
          ctx.broker.logger.info(`${nameOf(String(action.name), ctx.params)} ${outcome}`, {
            requestId: ctx.requestID,
            ms: Math.round(performance.now() - begun),
          });
        try {
          const result = await next.call(this, ctx);
          say('done');
          return result;
        } catch (error) {
          say(`refused: ${(error as { type?: string }).type ?? 'internal-error'}`);
          throw error;
        }
      } as typeof next;
    },
  };
}

/** A gateway's own action is the request itself. */
function nameOf(action: string, params: unknown): string {
  const { req } = params as { req?: { method?: string; parsedUrl?: string } };
  return action === 'api.rest' && req ? `${req.method} ${req.parsedUrl}` : action;
}
