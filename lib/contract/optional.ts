/** A contract rule whose field may be left out. */
export const optional = <const R extends object>(rule: R) => ({ ...rule, optional: true }) as const;
