import {
  branchesOf,
  isSchema,
  type JsonSchema,
  propertiesOf,
  typesOf,
} from "./json_schema.ts";

/** All texts by name. */
export type Texts = Readonly<Record<string, readonly string[]>>;

/** Types of the texts of one name. */
interface Kind {
  readonly types: ReadonlySet<string>;
  /** Types of the items, if it is a list. */
  readonly items: ReadonlySet<string> | undefined;
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * Converts texts to the types of a schema: the parameters of a path or query,
 * headers, and the fields of a form.
 *
 * If the schema accepts no text, `7` becomes a number and `true` a boolean; if
 * it accepts a list, all texts of a name become one list. A text that cannot be
 * converted stays text, and the schema refuses it. Without a list the last text
 * is used.
 */
export class TextReader {
  readonly #kinds = new Map<string, Kind>();
  readonly #others: Kind;

  /** Reads the schema once. */
  constructor(root: JsonSchema) {
    for (const [name, schemas] of propertiesOf(root)) {
      this.#kinds.set(name, kindOf(schemas, root));
    }
    const others = branchesOf(root, root)
      .map(({ additionalProperties }) => additionalProperties).filter(isSchema);
    this.#others = kindOf(others, root);
  }

  /** Returns the texts as values. */
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

/**
 * Returns true if a number has exactly the written value, which a long id would
 * lose.
 */
function isExact(number: number): boolean {
  return Number.isFinite(number) &&
    (!Number.isInteger(number) || Number.isSafeInteger(number));
}
