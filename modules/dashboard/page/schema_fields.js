/** Maximum number of fields of a form, and depth of a schema. */
const MAX_FIELDS = 200;
const MAX_DEPTH = 8;
/** Field for everything that has no simple control. */
const JSON_FIELD = { kind: "json" };

/**
 * Returns the field for a JSON Schema: of the kind `text`, `number`, `boolean`,
 * `choice`, `object`, `list`, or `json` for raw JSON. The schema comes from the
 * bus, so it can be anything.
 */
export function fieldOf(schema) {
  return new Reader(schema).read(schema, 0);
}

class Reader {
  #root;
  #left = MAX_FIELDS;

  constructor(root) {
    this.#root = root;
  }

  read(schema, depth) {
    if (!isTable(schema) || depth > MAX_DEPTH || this.#left-- <= 0) {
      return JSON_FIELD;
    }
    if (typeof schema.$ref === "string") {
      return this.read(this.#target(schema.$ref), depth + 1);
    }
    const hints = {
      ...typeof schema.description === "string" &&
        { hint: schema.description },
      ...schema.default !== undefined && { initial: schema.default },
    };
    return { ...this.#kind(schema, depth), ...hints };
  }

  #kind(schema, depth) {
    const choices = choicesOf(schema);
    if (choices) return { kind: "choice", choices };
    const branches = [schema.anyOf, schema.oneOf, schema.allOf]
      .find(Array.isArray)?.filter((each) => each?.type !== "null");
    if (branches) {
      const values = branches.map(choicesOf);
      if (values.length > 0 && values.every(Boolean)) {
        return { kind: "choice", choices: values.flat() };
      }
      return branches.length === 1
        ? this.read(branches[0], depth + 1)
        : JSON_FIELD;
    }
    switch (typeOf(schema)) {
      case "string":
        return textField(schema);
      case "integer":
        return numberField(schema, 1);
      case "number":
        return numberField(schema, "any");
      case "boolean":
        return { kind: "boolean" };
      case "object":
        return this.#object(schema, depth);
      case "array":
        return isTable(schema.items) && !schema.prefixItems
          ? { kind: "list", item: this.read(schema.items, depth + 1) }
          : JSON_FIELD;
      default:
        return JSON_FIELD;
    }
  }

  #object({ properties, required }, depth) {
    if (!isTable(properties)) return JSON_FIELD;
    const names = Array.isArray(required) ? required : [];
    const fields = Object.entries(properties).map(([name, property]) => ({
      name,
      isRequired: names.includes(name),
      field: this.read(property, depth + 1),
    }));
    return fields.length > 0 ? { kind: "object", fields } : JSON_FIELD;
  }

  /** Follows a reference within the schema. */
  #target(reference) {
    if (!/^#(\/|$)/.test(reference)) return undefined;
    let target = this.#root;
    for (const part of reference.split("/").slice(1)) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      if (!isTable(target) || !Object.hasOwn(target, key)) return undefined;
      target = target[key];
    }
    return target;
  }
}

/**
 * Returns the value with which a field begins; undefined for none. An optional
 * field without a default is left out.
 */
export function initialOf(field, isRequired = true) {
  if (field.initial !== undefined) return structuredClone(field.initial);
  if (!isRequired) return undefined;
  switch (field.kind) {
    case "text":
      return "";
    case "boolean":
      return false;
    case "choice":
      return field.choices[0];
    case "list":
      return [];
    case "object":
      return Object.fromEntries(
        field.fields.map(({ name, isRequired, field }) => [
          name,
          initialOf(field, isRequired),
        ]).filter(([, value]) => value !== undefined),
      );
    default:
      return undefined;
  }
}

function choicesOf(schema) {
  if (!isTable(schema)) return undefined;
  if (schema.const !== undefined) return [schema.const];
  if (!Array.isArray(schema.enum) || schema.enum.length === 0) return undefined;
  return schema.enum;
}

function typeOf({ type, properties }) {
  if (type === undefined && isTable(properties)) return "object";
  if (!Array.isArray(type)) return type;
  const types = type.filter((each) => each !== "null");
  return types.length === 1 ? types[0] : undefined;
}

function textField({ format, minLength, maxLength, pattern }) {
  return {
    kind: "text",
    ...typeof format === "string" && { format },
    ...Number.isInteger(minLength) && { minLength },
    ...Number.isInteger(maxLength) && { maxLength },
    // Shown and not applied: a pattern of the bus could block the page.
    ...typeof pattern === "string" && { pattern: pattern.slice(0, 200) },
  };
}

function numberField({ minimum, maximum }, step) {
  return {
    kind: "number",
    step,
    ...isSmall(minimum) && { minimum },
    ...isSmall(maximum) && { maximum },
  };
}

/** A bound of ±2 ** 53 only says that the number is an integer. */
function isSmall(bound) {
  return typeof bound === "number" && Math.abs(bound) < 2 ** 53 - 1;
}

function isTable(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
