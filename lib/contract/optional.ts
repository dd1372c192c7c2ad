/** A contract rule whose field may be missing. */
export const optional = <const R extends object>(rule: R) => ({ ...rule, optional: true }) as const;

/** The fields of `values` that are not undefined. */
export function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
