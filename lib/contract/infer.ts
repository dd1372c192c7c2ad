/**
 * The TypeScript type of a fastest-validator schema that is declared `as const`, so that a contract is written once.
 * Covers the rules our contracts use; an unknown rule infers as `unknown`, which fails to compile where it is used.
 */
type Primitives = {
  string: string;
  number: number;
  boolean: boolean;
  email: string;
  date: Date;
  any: unknown;
  object: Record<string, unknown>;
  array: unknown[];
};

type Trim<S extends string> = S extends ` ${infer R}` ? Trim<R> : S extends `${infer R} ` ? Trim<R> : S;

/** The type of a shorthand rule such as `'string|optional'` or `'number[]'`. */
type Shorthand<S extends string> = S extends `${infer Head}|${string}`
  ? Shorthand<Head>
  : Trim<S> extends `${infer Element}[]`
    ? Element extends keyof Primitives
      ? Primitives[Element][]
      : unknown[]
    : Trim<S> extends keyof Primitives
      ? Primitives[Trim<S>]
      : unknown;

type Rule<R> = R extends string
  ? Shorthand<R>
  : R extends readonly (infer U)[]
    ? Rule<U>
    : R extends { type: 'enum'; values: readonly (infer V)[] }
      ? V
      : R extends { type: 'equal'; value: infer V }
        ? V
        : R extends { type: 'array'; items: infer I }
          ? InferRule<I>[]
          : R extends { type: 'object'; props: infer P }
            ? Infer<P>
            : R extends { type: 'record'; value: infer V }
              ? Record<string, InferRule<V>>
              : R extends { type: 'multi'; rules: readonly (infer U)[] }
                ? Rule<U>
                : R extends { type: infer T extends string }
                  ? Shorthand<T>
                  : unknown;

type IsOptional<R> = R extends string
  ? R extends `${string}|optional${string}`
    ? true
    : false
  : R extends { optional: true }
    ? true
    : false;

type Nullable<R> = R extends { nullable: true } ? null : never;
type Keys<S> = Exclude<keyof S, `$$${string}`>;

type Shape<S> = { [K in Keys<S> as IsOptional<S[K]> extends true ? never : K]: InferRule<S[K]> } & {
  [K in Keys<S> as IsOptional<S[K]> extends true ? K : never]?: InferRule<S[K]> | undefined;
};

/** The type of one rule. */
export type InferRule<R> = Rule<R> | Nullable<R>;
/** The type of a whole schema: a map of rules. */
export type Infer<S> = { [K in keyof Shape<S>]: Shape<S>[K] } & {};
