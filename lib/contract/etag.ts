/** The entity tag of a version (RFC 9110 §8.8.3): what a client sends back as If-Match. */
export const etagOf = (version: number): string => `"${version}"`;

/** The contract rule of an If-Match header. */
export const ifMatchRule = { type: 'string', max: 200 } as const;

/** The version that an If-Match names; undefined for `*`, which is any; one that there never is for another's tag. */
export function versionIn(ifMatch: string): number | undefined {
  if (ifMatch.trim() === '*') return undefined;
  const [, version] = /^\s*"(\d{1,15})"\s*$/.exec(ifMatch) ?? [];
  return version === undefined ? -1 : Number(version);
}
