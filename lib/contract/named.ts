const SCHEMA_NAME = Symbol('schema name');

/**
 * Names the JSON Schema of a rule, which becomes a component of that name in the OpenAPI document. Validation ignores
 * the name. Copies keep it: `{ ...rule, optional: true }` and `{ ...rule, nullable: true }` refer to the same schema.
 * @param name in PascalCase, such as `OrderLine`. Two different rules of one name fail at the start of a gateway.
 */
export function named<const R extends object>(name: string, rule: R): R {
  if (!/^[A-Z][A-Za-z0-9]*$/.test(name)) throw new Error(`${name} is not a schema name in PascalCase`);
  return { ...rule, [SCHEMA_NAME]: name };
}

/** The name that `named` gave a rule. */
export function nameOf(rule: unknown): string | undefined {
  return typeof rule === 'object' && rule !== null && SCHEMA_NAME in rule ? String(rule[SCHEMA_NAME]) : undefined;
}
