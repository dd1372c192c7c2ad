const DECLARATION_PATTERN =
  /^export (?:declare |abstract |async )*(?:const enum|const|let|var|function\*?|class|interface|type|enum) ([\w$]+)/gm;
const LIST_PATTERN = /^export (?:type )?\{([^}]*)\}/gm;
const NAMESPACE_PATTERN = /^export \* as ([\w$]+)/gm;
const WHOLE_FILE_PATTERN = /^export (?:type )?\* from '(\.[^']+)'/gm;

/**
 * The names that more than one file exports, and the files that re-export all of another. A reader, or an editor's import,
 * would have to choose between two things, or between two ways to one.
 * @param sources texts by path @returns a line for each
 */
export function repeatedNames(sources: ReadonlyMap<string, string>): string[] {
  const filesByName = new Map<string, string[]>();
  for (const [file, source] of sources) {
    for (const name of exportedNames(source)) filesByName.set(name, [...(filesByName.get(name) ?? []), file]);
  }
  const repeated = [...filesByName].filter(([, files]) => files.length > 1);
  return [
    ...repeated.map(([name, files]) => `${name} is exported by ${files.join(' and ')}`),
    ...[...sources].flatMap(([file, source]) =>
      [...source.matchAll(WHOLE_FILE_PATTERN)].map(([, target]) => `${file} exports all of ${target} again`),
    ),
  ];
}

/** Each name once: a type and a value of one file may share theirs. */
function exportedNames(source: string): ReadonlySet<string> {
  const declared = [...source.matchAll(DECLARATION_PATTERN), ...source.matchAll(NAMESPACE_PATTERN)].map(
    ([, name = '']) => name,
  );
  const listed = [...source.matchAll(LIST_PATTERN)].flatMap(([, list = '']) => list.split(',').map(listedName));
  return new Set([...declared, ...listed.filter((name) => name !== '' && name !== 'default')]);
}

/** `c` of `a`'s `type b as c`. */
const listedName = (part: string): string =>
  part
    .trim()
    .replace(/^type /, '')
    .replace(/^[\w$]+ as /, '');
