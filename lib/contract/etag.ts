/** The entity tag of a version (RFC 9110 §8.8.3), which a client sends back as If-Match. */
export const etagOf = (version: number): string => `"${version}"`;

/** The contract rule of an If-Match header. */
export const ifMatchRule = { type: 'string', max: 200 } as const;

/** The version in an If-Match header; undefined for `*`, which matches any; -1, which matches none, for a foreign tag. */
export function parseIfMatch(ifMatch: string): number | undefined {
  if (ifMatch.trim() === '*') return undefined;
  const [, version] = /^\s*"(\d{1,15})"\s*$/.exec(ifMatch) ?? [];
  return version === undefined ? -1 : Number(version);
}
