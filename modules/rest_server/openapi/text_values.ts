import {
  branchesOf,
  isSchema,
  type JsonSchema,
  propertiesOf,
  typesOf,
} from "./json_schema.ts";

/** Texts by name, of each name all. */
export type Texts = Readonly<Record<string, readonly string[]>>;

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Reads what comes as text, the parameters of a path or query, headers, the fields of a form, as the schema wants it.
 *
 * Where it takes no text, `7` becomes a number and `true` a boolean; where it takes a list, all texts of a name are one. A text
 * that doesn't fit stays a text, for the schema to refuse. Without a list the last text counts.
 */
export function readTexts(
  texts: Texts,
  root: JsonSchema,
): Record<string, unknown> {
  const properties = propertiesOf(root);
  const others = branchesOf(root, root)
    .map(({ additionalProperties }) => additionalProperties).filter(isSchema);
  return Object.fromEntries(
    Object.entries(texts).map(([name, values]) => {
      const schemas = properties.get(name) ?? others;
      return [name, readValues(values, { anyOf: schemas }, root)];
    }),
  );
}

function readValues(
  texts: readonly string[],
  schema: JsonSchema,
  root: JsonSchema,
): unknown {
  const types = typesOf(schema, root);
  if (!types.has("array")) return readText(texts.at(-1) ?? "", types);
  const items = branchesOf(schema, root).map((branch) => branch["items"]);
  const itemTypes = typesOf({ anyOf: items.filter(isSchema) }, root);
  return texts.map((text) => readText(text, itemTypes));
}

function readText(text: string, types: ReadonlySet<string>): unknown {
  if (types.has("string")) return text;
  if (types.has("boolean") && /^(true|false)$/.test(text)) {
    return text === "true";
  }
  const isNumber = types.has("number") || types.has("integer");
  return isNumber && NUMBER.test(text) && isExact(Number(text))
    ? Number(text)
    : text;
}

/** Whether a number is the one that was written, as far as that matters: a long id would become another one. */
function isExact(number: number): boolean {
  return Number.isFinite(number) &&
    (!Number.isInteger(number) || Number.isSafeInteger(number));
}
