/** What can be written: no other values are needed. */
export type Yaml =
  | string
  | number
  | boolean
  | null
  | readonly Yaml[]
  | { readonly [key: string]: Yaml };

/**
 * Writes YAML 1.2 that older readers take for the same: a text stays plain only where nobody reads anything else into it, all others
 * are quoted as in JSON, whose strings are YAML's.
 */
export function yamlText(value: Yaml): string {
  return `${lines(value, "").join("\n").trimStart()}\n`;
}

/** Lines of a block, or one that stands behind its key. */
function lines(value: Yaml, indent: string): string[] {
  if (typeof value !== "object" || value === null) return [` ${scalar(value)}`];
  if (Array.isArray(value)) {
    if (value.length === 0) return [" []"];
    return ["", ...value.flatMap((one) => item(one, indent))];
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return [" {}"];
  return [
    "",
    ...entries.flatMap(([key, below]) => {
      const [first, ...rest] = lines(below, `${indent}  `);
      return [`${indent}${scalar(key)}:${first}`, ...rest];
    }),
  ];
}

/** The first line of what an item has stands behind its dash. */
function item(value: Yaml, indent: string): string[] {
  const [first, ...rest] = lines(value, `${indent}  `);
  if (first !== "") return [`${indent}-${first}`, ...rest];
  const [second, ...others] = rest;
  return [`${indent}- ${second!.trimStart()}`, ...others];
}

function scalar(value: string | number | boolean | null): string {
  if (typeof value !== "string") return String(value);
  return isPlain(value) ? value : JSON.stringify(value);
}

/** Words of YAML 1.1 are texts in 1.2: quoted, they are in both. A number, a time (12:30:00) or a date is told by its first letter. */
function isPlain(text: string): boolean {
  return /^[A-Za-z_/][\w./-]*$/.test(text) &&
    !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text);
}
