import type { LoggerOptions } from 'pino';
import { redacted } from './redact.ts';

/**
 * Moleculer's loggers are given a text and then what belongs to it; pino takes the latter first, and would drop it.
 * An error is logged with its stack and cause, under `err`. What may not be read in a log is taken out here, once for all.
 */
export const pinoOptions: LoggerOptions = {
  base: null,
  // Errors come as plain objects by then.
  serializers: { err: (error: unknown) => error },
  hooks: {
    logMethod(given, log) {
      const [first, ...rest] = given as unknown[];
      const [text, detail, ...more] = first instanceof Error ? [first.message, first, ...rest] : [first, ...rest];
      const turned = typeof text === 'string' && typeof detail === 'object' && detail !== null;
      const words = turned ? [fieldsOf(detail), text, ...more] : given;
      log.apply(this, words.map((word) => redacted(word)) as Parameters<typeof log>);
    },
  },
};

/** pino knows an error by the name `err` alone. */
function fieldsOf(detail: object): object {
  if (detail instanceof Error) return { err: detail };
  const { error, ...rest } = detail as { error?: unknown };
  return error === undefined ? detail : { ...rest, err: error };
}
