import type { LoggerOptions } from 'pino';
import { redact } from './redact.ts';

/**
 * Moleculer passes its loggers a text and then the details; pino expects the details first and would drop them. An error
 * is logged under `err`, with stack and cause. Secrets and personal data are redacted here, for all log lines.
 */
export const pinoOptions: LoggerOptions = {
  base: null,
  // The hook has already turned errors into plain objects.
  serializers: { err: (error: unknown) => error },
  hooks: {
    logMethod(given, log) {
      const [first, ...rest] = given as unknown[];
      const [text, detail, ...more] = first instanceof Error ? [first.message, first, ...rest] : [first, ...rest];
      const hasDetail = typeof text === 'string' && typeof detail === 'object' && detail !== null;
      const values = hasDetail ? [fieldsOf(detail), text, ...more] : given;
      log.apply(this, values.map((value) => redact(value)) as Parameters<typeof log>);
    },
  },
};

/** pino recognises an error only under the name `err`. */
function fieldsOf(detail: object): object {
  if (detail instanceof Error) return { err: detail };
  const { error, ...rest } = detail as { error?: unknown };
  return error === undefined ? detail : { ...rest, err: error };
}
