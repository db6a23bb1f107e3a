import type { StandardSchema } from "../standard_schema.ts";
import {
  anyCheck,
  arrayCheck,
  type Check,
  leafCheck,
  nullableCheck,
  objectCheck,
  taggedCheck,
  withChecks,
  type Zod,
  type ZodDef,
} from "./zod_kinds.ts";

const NO_TAGS: ReadonlySet<unknown> = new Set();
const ZOD_TRAIT = /^[_$]*Zod/;

const checks = new WeakMap<StandardSchema, Check>();
let lastSchema: StandardSchema | undefined;
let lastCheck: Check = never;

/**
 * Returns true if `value` is valid and the schema would return an equal value.
 *
 * It knows zod schemas of plain fields: zod itself copies each value, and the
 * copy must be compared. False decides nothing, neither for these schemas nor
 * for others: then the schema must validate.
 */
export function isPlainlyValid(
  schema: StandardSchema,
  value: unknown,
): boolean {
  if (schema !== lastSchema) {
    lastCheck = checkOf(schema);
    lastSchema = schema;
  }
  try {
    return value !== undefined && lastCheck(value);
  } catch {
    return false; // an error of a getter, which the schema reports
  }
}

function checkOf(schema: StandardSchema): Check {
  let check = checks.get(schema);
  if (check === undefined) {
    check = compile(schema) ?? never;
    checks.set(schema, check);
  }
  return check;
}

function never(): boolean {
  return false;
}

function compile(schema: StandardSchema): Check | undefined {
  try {
    return new Compiler().check(schema as unknown as Zod);
  } catch {
    return undefined; // an error of a lazy shape, which the schema reports
  }
}

/** Makes the checks of one schema and its parts. */
class Compiler {
  /** Undefined for a part that is being compiled, so recursion ends. */
  readonly #known = new Map<Zod, Check | undefined>();

  /** Returns the check of a schema, or undefined if only zod can check. */
  check(schema: Zod): Check | undefined {
    if (this.#known.has(schema)) return this.#known.get(schema);
    this.#known.set(schema, undefined);
    const check = isZod(schema) ? this.#build(schema) : undefined;
    this.#known.set(schema, check);
    return check;
  }

  #build(schema: Zod): Check | undefined {
    const check = leafCheck(schema) ?? this.#parts(schema);
    return check && withChecks(check, schema);
  }

  #parts(schema: Zod): Check | undefined {
    const { def } = schema._zod;
    switch (def.type) {
      case "nullable":
        return nullableCheck(this.check(def.innerType!));
      case "optional":
        return this.check(def.innerType!);
      case "array":
        return arrayCheck(this.check(def.element!));
      case "object":
        return this.#object(def.shape!);
      case "union":
        return def.discriminator === undefined
          ? this.#union(def)
          : this.#taggedUnion(def.options!, def.discriminator);
    }
    return undefined;
  }

  #object(shape: Readonly<Record<string, Zod>>): Check | undefined {
    if (Object.getOwnPropertySymbols(shape).length > 0) return undefined;
    return objectCheck(
      Object.entries(shape).map(([key, schema]) => ({
        key,
        check: this.check(schema),
        isOptional: isOptional(schema),
      })),
    );
  }

  /**
   * Only of options without parts: another one may strip keys of a value before
   * the option that declares them has its turn.
   */
  #union({ options, inclusive }: ZodDef): Check | undefined {
    if (inclusive === false) return undefined; // only one option may match
    return anyCheck(
      options!.map((one) => leafCheck(one) && this.check(one)),
    );
  }

  #taggedUnion(options: readonly Zod[], key: string): Check | undefined {
    return taggedCheck(
      key,
      options.map((one) => ({
        tags: tagsOf(one._zod.def.shape?.[key]),
        check: this.check(one),
      })),
    );
  }
}

/** Returns true if the key of an object may be absent. */
function isOptional({ _zod: { def } }: Zod): boolean {
  return def.type === "optional" ||
    def.type === "nullable" && isOptional(def.innerType!);
}

/** Returns the values of a literal or an enum. */
function tagsOf(schema: Zod | undefined): ReadonlySet<unknown> {
  const isTag = schema !== undefined && leafCheck(schema) !== undefined;
  return isTag ? schema._zod.values ?? NO_TAGS : NO_TAGS;
}

/** Returns true for schemas of zod 4 itself, not of a library built on it. */
function isZod(schema: Zod): boolean {
  if (!Object.hasOwn(schema, "_zod")) return false;
  const { traits, version } = schema._zod;
  return version.major === 4 &&
    [...traits].every((name) => ZOD_TRAIT.test(name));
}
