/** moleculer-web's alias: a method and path, and its action. */
export interface Alias {
  action: string;
  method: string;
  fullPath: string;
  re: RegExp;
  match(url: string): unknown;
}

/** Finds the alias of a request among those with its method and number of path segments. */
export class AliasLookup {
  readonly #byMethod = new Map<string, Alias[][]>();

  constructor(aliases: readonly Alias[]) {
    for (const alias of aliases) {
      const buckets = this.#byMethod.get(alias.method) ?? [];
      this.#byMethod.set(alias.method, buckets);
      const count = segments(alias.fullPath);
      buckets[count] = [...(buckets[count] ?? []), alias];
    }
  }

  /** The alias alone, without the parameters in the path. */
  find(path: string, method: string): Alias | undefined {
    return this.#candidates(path, method).find(({ re }) => re.test(path));
  }

  /** With the parameters in the path. @throws {Error} of type UNABLE_DECODE_PARAM */
  resolve(path: string, method: string): { alias: Alias; params: unknown } | false {
    for (const alias of this.#candidates(path, method)) {
      const params = alias.match(path);
      if (params) return { alias, params };
    }
    return false;
  }

  /** A HEAD is answered as its GET, without the body. */
  #candidates(path: string, method: string): readonly Alias[] {
    return this.#byMethod.get(method === 'HEAD' ? 'GET' : method)?.[segments(path)] ?? [];
  }
}

function segments(path: string): number {
  let count = 0;
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) count += 1;
  return count;
}

/** The methods of a path, for `Allow`. */
export function allowed(aliases: readonly Alias[], path: string): string[] {
  const methods = aliases.filter((alias) => alias.match(path)).map(({ method }) => method);
  return methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
}
