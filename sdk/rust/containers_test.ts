import assert from "node:assert/strict";
import {
  char,
  dateTime,
  f64,
  lazy,
  list,
  map,
  option,
  type RustType,
  struct,
  text,
  tuple,
  u64,
  u8,
  unit,
} from "./mod.ts";
import { heard, notHeard, notSent, sent } from "./testing/conversions.ts";

Deno.test("what needs no change is sent and heard as the very object", () => {
  const values = [1, 2];
  const pair = [1, "x"] as const;
  const table = { a: 1 };
  const record = { a: 1, b: null };
  const fields = struct({ a: u8, b: option(u8) });
  assert.equal(sent(list(u8), values), values);
  assert.equal(sent(tuple(u8, text), pair), pair);
  assert.equal(sent(map(u8), table), table);
  assert.equal(sent(fields, record), record);
  assert.equal(heard(fields, record), record);
});

Deno.test("what needs a change is a copy: what was published stays", () => {
  const values = [1, 2];
  assert.deepEqual(sent(list(char), ["a", "b"]), [97, 98]);
  assert.deepEqual(heard(list(u64), values), [1n, 2n]);
  assert.deepEqual(values, [1, 2]);
  assert.deepEqual(heard(tuple(text, u64), ["x", 2]), ["x", 2n]);
  assert.deepEqual(heard(map(u64), { a: 1 }), { a: 1n });
});

Deno.test("an option is null or a value", () => {
  assert.equal(sent(option(char), null), null);
  assert.equal(sent(option(char), "a"), 97);
  assert.equal(heard(option(char), null), null);
  assert.equal(heard(option(char), 97), "a");
  assert.deepEqual(sent(option(unit), []), []);
});

Deno.test("in a struct an option or () may be left out where it is given; only an option where it is heard", () => {
  const type = struct({ a: u8, b: option(u8), c: unit });
  assert.deepEqual(sent(type, { a: 1 }), { a: 1, b: null, c: [] });
  assert.deepEqual(sent(type, { a: 1, b: undefined }), {
    a: 1,
    b: null,
    c: [],
  });
  assert.deepEqual(heard(type, { a: 1, c: [] }), { a: 1, b: null, c: [] });
  assert.equal(notHeard(type, { a: 1 }), "c: missing");
  assert.equal(notSent(type, { b: 1 }), "a: missing");
});

Deno.test("a field that a struct doesn't know is refused where it is given, and ignored where it is heard", () => {
  const type = struct({ data: text, number: u8 });
  const more = { data: "x", number: 1, more: 2 };
  assert.equal(notSent(type, more), "more: unknown, wanted data, number");
  assert.deepEqual(heard(type, more), { data: "x", number: 1 });
});

Deno.test("fields are sent in the order of the declaration, as serde does", () => {
  const fields = struct({ data: text, number: u8 });
  const given = { number: 42, data: "x" };
  assert.deepEqual(Object.entries(sent(fields, given) as object), [
    ["data", "x"],
    ["number", 42],
  ]);
  assert.deepEqual(Object.keys(given), ["number", "data"]);
});

Deno.test("a tuple has exactly its length", () => {
  const type = tuple(u8, text);
  for (const value of [[1], [1, "x", 2], [], { 0: 1 }]) {
    assert.match(
      notHeard(type, value),
      /wanted an array of 2: \(u8, String\)$/,
    );
  }
});

Deno.test("what is wrong is named with its path", () => {
  const type = struct({ rows: list(map(tuple(u8, dateTime))) });
  const rows = [{}, { "a b": [1, "never"] }];
  assert.match(
    notHeard(type, { rows }),
    /^rows\[1\]\.a b\[1\]: found "never", /,
  );
  assert.equal(notSent(list(f64), [1, "2"]), '[1]: found "2", wanted an f64');
});

Deno.test("no instance of a class is a struct or a map", () => {
  for (const value of [new Map(), new Date(), [], null, "a"]) {
    assert.match(notSent(map(u8), value), /wanted an object$/);
    assert.match(notHeard(struct({}), value), /wanted an object$/);
  }
});

Deno.test("F2 keys like __proto__ are plain data", () => {
  const table = JSON.parse('{"__proto__":1,"constructor":2}');
  const back = heard(map(u64), table);
  assert.deepEqual(Object.entries(back), [["__proto__", 1n], [
    "constructor",
    2n,
  ]]);
  const type = struct({ ["__proto__"]: u64, constructor: u64 });
  assert.deepEqual(Object.entries(heard(type, table)), Object.entries(back));
  assert.equal(notHeard(struct({ toString: u8 }), {}), "toString: missing");
});

Deno.test("lazy() makes a type of itself", () => {
  interface Tree {
    readonly letter: string;
    readonly children: readonly Tree[];
  }
  const tree: RustType<Tree> = struct({
    letter: char,
    children: list(lazy(() => tree)),
  });
  assert.deepEqual(
    heard(tree, { letter: 97, children: [{ letter: 98, children: [] }] }),
    { letter: "a", children: [{ letter: "b", children: [] }] },
  );
});
