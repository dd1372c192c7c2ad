import type { InferRule } from '../../contract/infer.ts';

/** An environment variable: the source of its check, its error message and its row in README. */
export interface Setting {
  /** The validator's rule, with the default. */
  rule: Readonly<{ type: string; default?: string | number | boolean; optional?: true } & Record<string, unknown>>;
  /** Allowed values, completing "PORT must be …". */
  allowed: string;
  /** Purpose, in Markdown. */
  about: string;
  /** The default in README, if it needs an explanation or depends on something else; in Markdown. */
  defaultNote?: string;
  /** Whether messages must not repeat the value. */
  isSecret?: true;
  /** Whether it signs in the name of the shop or its bank; production refuses guessable values. */
  mustBeRandom?: true;
  /** Reads a value that the rule has let through. @throws {NotAllowed} */
  parse?: (text: string) => unknown;
}

/** The value of a setting after the check. */
export type SettingValue<S extends Setting> = S extends { parse: (text: string) => infer V } ? V : InferRule<S['rule']>;

/** Thrown by `parse`, with the value or the part of a list that is not allowed. */
export class NotAllowed extends Error {
  readonly given: string;
  readonly isPart: boolean;

  constructor(given: string, isPart: boolean) {
    super(`${JSON.stringify(given)} is not allowed`);
    this.given = given;
    this.isPart = isPart;
  }
}

/** A parser that accepts the texts for which `isAllowed` is true. */
export const where = (isAllowed: (text: string) => boolean) => (text: string) => {
  if (!isAllowed(text)) throw new NotAllowed(text, false);
  return text;
};

/** A parser of comma-separated texts; `parsePart` returns undefined for a wrong part. An unset list is empty. */
export const listOf =
  <P>(parsePart: (part: string) => P | undefined, { skipEmptyParts = true } = {}) =>
  (text: string): P[] => {
    const all = text.split(',').map((part) => part.trim());
    const parts = skipEmptyParts ? all.filter((part) => part !== '') : all;
    if (parts.length === 0 && text !== '') throw new NotAllowed(text, true);
    return parts.map((part) => {
      const parsed = parsePart(part);
      if (parsed === undefined) throw new NotAllowed(part, true);
      return parsed;
    });
  };

export const text = { type: 'string' } as const;
export const port = { type: 'number', integer: true, min: 0, max: 65535, convert: true } as const;
export const flag = { type: 'boolean', convert: true } as const;
export const number = { type: 'number', convert: true } as const;
export const wholeNumber = { ...number, integer: true } as const;

export const PORT_ALLOWED = 'a port number from 0 to 65535';
export const FLAG_ALLOWED = 'true or false';
