/** Property names that every object inherits (`constructor`, `toString`, `__proto__` …), and `prototype` of functions. */
export const INHERITED_NAMES: readonly string[] = [...Object.getOwnPropertyNames(Object.prototype), 'prototype'];
const INHERITED: ReadonlySet<string> = new Set(INHERITED_NAMES);

/** Whether every object inherits this name. Such a field could change a prototype, or make `String(value)` throw. */
export const isInheritedName = (name: string): boolean => INHERITED.has(name);

/**
 * Whether a field name is dangerous: every object inherits it, or databases interpret it (`$…` is an operator, a dot
 * separates a path). Applies to names in bodies, queries, paths and stored documents.
 */
export const isUnsafeName = (name: string): boolean =>
  name === '' || name[0] === '$' || name.includes('.') || name.includes('\0') || isInheritedName(name);
