import assert from "node:assert/strict";
import type { SchemaInput, SchemaOutput } from "../standard_schema.ts";
import {
  char,
  defineEnum,
  f64,
  i32,
  isVariant,
  match,
  option,
  struct,
  text,
  tuple,
  u64,
  u8,
  unit,
  unitVariant,
} from "./mod.ts";
import { notReceived, notSent, received, sent } from "./testing/conversions.ts";

const Message = defineEnum({
  Stop: unitVariant,
  None: unit,
  Text: text,
  Letter: char,
  Pair: tuple(u8, text),
  Point: struct({ x: i32, y: f64, z: option(f64) }),
  Count: option(u64),
});
type Message = SchemaOutput<typeof Message>;

Deno.test("the value of a variant has the format of serde", () => {
  const values: SchemaInput<typeof Message>[] = [
    "Stop",
    { None: [] },
    { Text: "x" },
    { Pair: [7, "x"] },
    { Count: null },
  ];
  for (const value of values) assert.equal(sent(Message, value), value);
  assert.deepEqual(sent(Message, { Letter: "a" }), { Letter: 97 });
  assert.deepEqual(received(Message, { Letter: 97 }), { Letter: "a" });
  assert.deepEqual(received(Message, { Point: { x: 1, y: 2, z: null } }), {
    Point: { x: 1, y: 2, z: null },
  });
});

Deno.test("the content of a variant can be omitted if its type allows it", () => {
  assert.deepEqual(sent(Message, { None: undefined }), { None: [] });
  assert.deepEqual(sent(Message, { Count: undefined }), { Count: null });
  assert.equal(
    notSent(Message, { Text: undefined }),
    "Text: found undefined; expected text",
  );
});

Deno.test("the types of an enum contain its variants with their content", () => {
  const given: SchemaInput<typeof Message> = { Point: { x: 1, y: 2 } };
  const got: Message = { Point: { x: 1, y: 2, z: null } };
  const counted: Message = { Count: 1n };
  // @ts-expect-error it is text
  const wrongContent: SchemaInput<typeof Message> = { Text: 1 };
  // @ts-expect-error there is no such variant
  const wrongName: SchemaInput<typeof Message> = { Other: 1 };
  // @ts-expect-error a unit variant is text
  const wrongForm: SchemaInput<typeof Message> = { Stop: [] };
  // @ts-expect-error a received value has no undefined
  const omitted: Message = { Point: { x: 1, y: 2 } };
  assert.equal(sent(Message, given) === given, false);
  assert(got && counted && omitted);
  for (const wrong of [wrongContent, wrongName, wrongForm].slice(0, 2)) {
    notSent(Message, wrong);
  }
});

Deno.test("a unit variant is received in every form that Rust accepts", () => {
  for (const value of ["Stop", { Stop: [] }, { Stop: null }]) {
    assert.equal(received(Message, value), "Stop");
  }
  assert.equal(
    notReceived(Message, { Stop: 1 }),
    'Stop: found 1; expected the text "Stop" alone',
  );
});

Deno.test("an unknown variant is rejected, and the issue lists the variants", () => {
  const wanted = "Stop, None, Text, Letter, Pair, Point, Count";
  assert.equal(
    notReceived(Message, "Nop"),
    `found "Nop"; expected one of ${wanted}`,
  );
  assert.equal(
    notReceived(Message, { Nop: 1 }),
    `found "Nop"; expected one of ${wanted}`,
  );
  assert.equal(
    notReceived(Message, "Text"),
    'found "Text"; expected { Text: … }',
  );
  assert.equal(
    notReceived(Message, { Text: "x", Letter: 97 }),
    'found an object with "Text", "Letter"; expected one variant as its only key',
  );
  for (const value of [{}, [], null, 1, "toString", { toString: 1 }]) {
    notReceived(Message, value);
    notSent(Message, value);
  }
});

Deno.test("an issue in the content of a variant has its path", () => {
  assert.equal(
    notSent(Message, { Point: { x: 1.5, y: 2 } }),
    "Point.x: found 1.5; expected an i32",
  );
});

Deno.test("an enum without variants is INVALID_OPTION", () => {
  assert.throws(() => defineEnum({}), { code: "INVALID_OPTION" });
});

Deno.test("match() calls the arm of the variant with its content", () => {
  const describe = (message: Message) =>
    match(message, {
      Stop: () => "stop",
      None: () => "none",
      Text: (text) => text,
      Letter: (letter) => letter,
      Pair: ([number, text]) => `${number} ${text}`,
      Point: ({ x, y }) => `${x} ${y}`,
      Count: (count) => String(count ?? 0n),
    });
  assert.equal(describe("Stop"), "stop");
  assert.equal(describe({ Pair: [7, "x"] }), "7 x");
  assert.equal(describe({ Point: { x: 1, y: 2, z: null } }), "1 2");
  assert.equal(describe({ Count: 5n }), "5");
});

Deno.test("match() calls _ with the message if its variant has no arm", () => {
  const message = { Text: "x" } as Message;
  assert.equal(match(message, { Stop: () => message, _: (it) => it }), message);
});

Deno.test("match() without an arm for the variant is a compile error and throws INVALID_MESSAGE", () => {
  const message = { Text: "x" } as Message;
  // @ts-expect-error the others are missing
  assert.throws(() => match(message, { Stop: () => 1 }), {
    code: "INVALID_MESSAGE",
    message:
      'Cannot match the message: found the variant "Text"; expected one of Stop',
  });
});

Deno.test("isVariant() narrows", () => {
  const message = { Pair: [7, "x"] } as Message;
  assert(isVariant(message, "Pair"));
  assert.equal(message.Pair[0], 7);
  assert(!isVariant("Stop" as Message, "Pair"));
  assert(isVariant("Stop" as Message, "Stop"));
});
