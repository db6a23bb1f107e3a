import {
  branchesOf,
  isSchema,
  type JsonSchema,
  propertiesOf,
  typesOf,
} from "./json_schema.ts";

/** Texts by name, of each name all. */
export type Texts = Readonly<Record<string, readonly string[]>>;

/** What texts of one name may be. */
interface Kind {
  readonly types: ReadonlySet<string>;
  /** Of the parts, where it is a list. */
  readonly items: ReadonlySet<string> | undefined;
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Reads what comes as text, the parameters of a path or query, headers, the fields of a form, as a schema wants it.
 *
 * Where it takes no text, `7` becomes a number and `true` a boolean; where it takes a list, all texts of a name are one. A text
 * that doesn't fit stays a text, for the schema to refuse. Without a list the last text counts.
 */
export class TextReader {
  readonly #kinds = new Map<string, Kind>();
  readonly #others: Kind;

  /** Looks at the schema once. */
  constructor(root: JsonSchema) {
    for (const [name, schemas] of propertiesOf(root)) {
      this.#kinds.set(name, kindOf(schemas, root));
    }
    const others = branchesOf(root, root)
      .map(({ additionalProperties }) => additionalProperties).filter(isSchema);
    this.#others = kindOf(others, root);
  }

  /** The texts as values. */
  read(texts: Texts): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(texts).map(([name, values]) => {
        const { types, items } = this.#kinds.get(name) ?? this.#others;
        return [
          name,
          items
            ? values.map((text) => readText(text, items))
            : readText(values.at(-1) ?? "", types),
        ];
      }),
    );
  }
}

function kindOf(schemas: readonly JsonSchema[], root: JsonSchema): Kind {
  const schema = { anyOf: schemas };
  const types = typesOf(schema, root);
  if (!types.has("array")) return { types, items: undefined };
  const items = branchesOf(schema, root).map((branch) => branch["items"]);
  return { types, items: typesOf({ anyOf: items.filter(isSchema) }, root) };
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
