/** The names that every object has, and `prototype`, which functions have: `constructor`, `toString`, `__proto__` … */
export const INHERITED_NAMES: readonly string[] = [...Object.getOwnPropertyNames(Object.prototype), 'prototype'];
const INHERITED: ReadonlySet<string> = new Set(INHERITED_NAMES);

/** Whether every object has this name: it would change a prototype, or hide what `String(value)` needs, which then throws. */
export const isInheritedName = (name: string): boolean => INHERITED.has(name);

/**
 * Whether a field of this name does harm: every object has it, or the database gives it a meaning (`$…` is an operator, a
 * dot is a path). The one rule for names in bodies, queries, paths and stored documents.
 */
export const isUnsafeName = (name: string): boolean =>
  name === '' || name.startsWith('$') || /[.\0]/.test(name) || isInheritedName(name);
