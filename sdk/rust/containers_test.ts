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
import { notReceived, notSent, received, sent } from "./testing/conversions.ts";

Deno.test("a value that needs no conversion is sent and received as the same object", () => {
  const values = [1, 2];
  const pair = [1, "x"] as const;
  const table = { a: 1 };
  const record = { a: 1, b: null };
  const fields = struct({ a: u8, b: option(u8) });
  assert.equal(sent(list(u8), values), values);
  assert.equal(sent(tuple(u8, text), pair), pair);
  assert.equal(sent(map(u8), table), table);
  assert.equal(sent(fields, record), record);
  assert.equal(received(fields, record), record);
});

Deno.test("a converted value is a copy, and the published object is unchanged", () => {
  const values = [1, 2];
  assert.deepEqual(sent(list(char), ["a", "b"]), [97, 98]);
  assert.deepEqual(received(list(u64), values), [1n, 2n]);
  assert.deepEqual(values, [1, 2]);
  assert.deepEqual(received(tuple(text, u64), ["x", 2]), ["x", 2n]);
  assert.deepEqual(received(map(u64), { a: 1 }), { a: 1n });
});

Deno.test("an option is null or a value", () => {
  assert.equal(sent(option(char), null), null);
  assert.equal(sent(option(char), "a"), 97);
  assert.equal(received(option(char), null), null);
  assert.equal(received(option(char), 97), "a");
  assert.deepEqual(sent(option(unit), []), []);
});

Deno.test("a sent struct can omit an option or (), a received struct only an option", () => {
  const type = struct({ a: u8, b: option(u8), c: unit });
  assert.deepEqual(sent(type, { a: 1 }), { a: 1, b: null, c: [] });
  assert.deepEqual(sent(type, { a: 1, b: undefined }), {
    a: 1,
    b: null,
    c: [],
  });
  assert.deepEqual(received(type, { a: 1, c: [] }), { a: 1, b: null, c: [] });
  assert.equal(notReceived(type, { a: 1 }), "c: missing");
  assert.equal(notSent(type, { b: 1 }), "a: missing");
});

Deno.test("an undeclared field of a struct is rejected in a sent value and ignored in a received one", () => {
  const type = struct({ data: text, number: u8 });
  const more = { data: "x", number: 1, more: 2 };
  assert.equal(notSent(type, more), "more: unknown; expected data, number");
  assert.deepEqual(received(type, more), { data: "x", number: 1 });
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
      notReceived(type, value),
      /expected an array of 2: \(u8, String\)$/,
    );
  }
});

Deno.test("an issue has the path of the wrong value", () => {
  const type = struct({ rows: list(map(tuple(u8, dateTime))) });
  const rows = [{}, { "a b": [1, "never"] }];
  assert.match(
    notReceived(type, { rows }),
    /^rows\[1\]\.a b\[1\]: found "never"; /,
  );
  assert.equal(notSent(list(f64), [1, "2"]), '[1]: found "2"; expected an f64');
});

Deno.test("instances of classes are rejected as structs and maps", () => {
  for (const value of [new Map(), new Date(), [], null, "a"]) {
    assert.match(notSent(map(u8), value), /expected an object$/);
    assert.match(notReceived(struct({}), value), /expected an object$/);
  }
});

Deno.test("F2 keys like __proto__ are plain data", () => {
  const table = JSON.parse('{"__proto__":1,"constructor":2}');
  const back = received(map(u64), table);
  assert.deepEqual(Object.entries(back), [["__proto__", 1n], [
    "constructor",
    2n,
  ]]);
  const type = struct({ ["__proto__"]: u64, constructor: u64 });
  assert.deepEqual(Object.entries(received(type, table)), Object.entries(back));
  assert.equal(notReceived(struct({ toString: u8 }), {}), "toString: missing");
});

Deno.test("lazy() defines a type that contains itself", () => {
  interface Tree {
    readonly letter: string;
    readonly children: readonly Tree[];
  }
  const tree: RustType<Tree> = struct({
    letter: char,
    children: list(lazy(() => tree)),
  });
  assert.deepEqual(
    received(tree, { letter: 97, children: [{ letter: 98, children: [] }] }),
    { letter: "a", children: [{ letter: "b", children: [] }] },
  );
});

Deno.test("an option reads an empty array, Rust's null of JSON, as null unless it fits the type", () => {
  assert.equal(received(option(u8), []), null);
  assert.deepEqual(received(option(list(u8)), []), []);
  assert.deepEqual(
    received(struct({ q: tuple(u8, text, option(text)) }), {
      q: [1, "x", []],
    }),
    { q: [1, "x", null] },
  );
  notReceived(option(u8), [1]);
});
