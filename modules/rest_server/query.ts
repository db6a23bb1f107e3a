import { decodePart } from "./target.ts";

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
 * Reads `a=1&b=x+y`, as forms write it: `+` is a space.
 *
 * @throws {Problem} 400 for what is no UTF-8, or no escape
 */
export function readQuery(query: string): Query {
  if (query === "") return NONE;
  const all = new Map<string, string[]>();
  for (const part of query.split("&")) {
    if (part === "") continue;
    const mark = part.indexOf("=");
    const name = decode(mark < 0 ? part : part.slice(0, mark));
    const value = mark < 0 ? "" : decode(part.slice(mark + 1));
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

function decode(text: string): string {
  return decodePart(text.replaceAll("+", " "));
}
