import { decodePart } from "./gateway/target.ts";

/** The parameters of a query. */
export interface Query {
  /** Of each name the last value, as in Rust Caryatid. */
  readonly last: Readonly<Record<string, string>>;
  /** Of each name all values, in order. */
  readonly all: Readonly<Record<string, readonly string[]>>;
}

const NONE: Query = Object.freeze({
  last: Object.freeze({}),
  all: Object.freeze({}),
});

/**
 * Reads a query, `a=1&b=x+y`, as forms write it: `+` is a space.
 *
 * @throws {Problem} 400 if an escape is malformed, or is not UTF-8
 */
export function readQuery(query: string): Query {
  return read(query, "target");
}

/** Reads the body of a form, as `readQuery` reads a query. */
export function readForm(body: string): Query {
  return read(body, "form");
}

function read(query: string, of: "target" | "form"): Query {
  if (query === "") return NONE;
  const all = new Map<string, string[]>();
  for (const part of query.split("&")) {
    if (part === "") continue;
    const mark = part.indexOf("=");
    const name = decode(mark < 0 ? part : part.slice(0, mark), of);
    const value = mark < 0 ? "" : decode(part.slice(mark + 1), of);
    const values = all.get(name);
    if (values) values.push(value);
    else all.set(name, [value]);
  }
  // `fromEntries` makes plain data of any name, `__proto__` included.
  const last = Object.fromEntries(
    [...all].map(([name, values]) => [name, values.at(-1)!]),
  );
  // Frozen, since one is in the messages of many requests.
  for (const values of all.values()) Object.freeze(values);
  return {
    last: Object.freeze(last),
    all: Object.freeze(Object.fromEntries(all)),
  };
}

function decode(text: string, of: "target" | "form"): string {
  return decodePart(text.replaceAll("+", " "), of);
}
