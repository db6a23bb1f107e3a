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
import { heard, notHeard, notSent, sent } from "./testing/conversions.ts";

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

Deno.test("a variant's value is as serde writes it", () => {
  const values: SchemaInput<typeof Message>[] = [
    "Stop",
    { None: [] },
    { Text: "x" },
    { Pair: [7, "x"] },
    { Count: null },
  ];
  for (const value of values) assert.equal(sent(Message, value), value);
  assert.deepEqual(sent(Message, { Letter: "a" }), { Letter: 97 });
  assert.deepEqual(heard(Message, { Letter: 97 }), { Letter: "a" });
  assert.deepEqual(heard(Message, { Point: { x: 1, y: 2, z: null } }), {
    Point: { x: 1, y: 2, z: null },
  });
});

Deno.test("what a variant holds may be omitted where its type says so", () => {
  assert.deepEqual(sent(Message, { None: undefined }), { None: [] });
  assert.deepEqual(sent(Message, { Count: undefined }), { Count: null });
  assert.equal(
    notSent(Message, { Text: undefined }),
    "Text: found undefined, wanted text",
  );
});

Deno.test("types know the variants, and what each takes and gives", () => {
  const given: SchemaInput<typeof Message> = { Point: { x: 1, y: 2 } };
  const got: Message = { Point: { x: 1, y: 2, z: null } };
  const counted: Message = { Count: 1n };
  // @ts-expect-error it is text
  const wrongContent: SchemaInput<typeof Message> = { Text: 1 };
  // @ts-expect-error there is no such variant
  const wrongName: SchemaInput<typeof Message> = { Other: 1 };
  // @ts-expect-error a unit variant is text
  const wrongForm: SchemaInput<typeof Message> = { Stop: [] };
  // @ts-expect-error what is heard has no undefined
  const omitted: Message = { Point: { x: 1, y: 2 } };
  assert.equal(sent(Message, given) === given, false);
  assert(got && counted && omitted);
  for (const wrong of [wrongContent, wrongName, wrongForm].slice(0, 2)) {
    notSent(Message, wrong);
  }
});

Deno.test("a unit variant is heard in every form that Rust reads", () => {
  for (const value of ["Stop", { Stop: [] }, { Stop: null }]) {
    assert.equal(heard(Message, value), "Stop");
  }
  assert.equal(
    notHeard(Message, { Stop: 1 }),
    'Stop: found 1, wanted the text "Stop" alone',
  );
});

Deno.test("what is no variant is refused, and the variants are named", () => {
  const wanted = "Stop, None, Text, Letter, Pair, Point, Count";
  assert.equal(
    notHeard(Message, "Nop"),
    `found "Nop", wanted one of ${wanted}`,
  );
  assert.equal(
    notHeard(Message, { Nop: 1 }),
    `found "Nop", wanted one of ${wanted}`,
  );
  assert.equal(notHeard(Message, "Text"), 'found "Text", wanted { Text: … }');
  assert.equal(
    notHeard(Message, { Text: "x", Letter: 97 }),
    'found an object with "Text", "Letter", wanted one variant as its only key',
  );
  for (const value of [{}, [], null, 1, "toString", { toString: 1 }]) {
    notHeard(Message, value);
    notSent(Message, value);
  }
});

Deno.test("what is wrong within a variant is named with its path", () => {
  assert.equal(
    notSent(Message, { Point: { x: 1.5, y: 2 } }),
    "Point.x: found 1.5, wanted an i32",
  );
});

Deno.test("an enum without variants is INVALID_OPTION", () => {
  assert.throws(() => defineEnum({}), { code: "INVALID_OPTION" });
});

Deno.test("match() calls the arm of the variant, with what it holds", () => {
  const told = (message: Message) =>
    match(message, {
      Stop: () => "stop",
      None: () => "none",
      Text: (text) => text,
      Letter: (letter) => letter,
      Pair: ([number, text]) => `${number} ${text}`,
      Point: ({ x, y }) => `${x} ${y}`,
      Count: (count) => String(count ?? 0n),
    });
  assert.equal(told("Stop"), "stop");
  assert.equal(told({ Pair: [7, "x"] }), "7 x");
  assert.equal(told({ Point: { x: 1, y: 2, z: null } }), "1 2");
  assert.equal(told({ Count: 5n }), "5");
});

Deno.test("match() takes _ for all other variants, and the message with it", () => {
  const message = { Text: "x" } as Message;
  assert.equal(match(message, { Stop: () => message, _: (it) => it }), message);
});

Deno.test("match() wants all variants, and says which one it lacks", () => {
  const message = { Text: "x" } as Message;
  // @ts-expect-error the others are missing
  assert.throws(() => match(message, { Stop: () => 1 }), {
    code: "INVALID_MESSAGE",
    message:
      'Cannot match the message: found the variant "Text", wanted one of Stop',
  });
});

Deno.test("isVariant() narrows", () => {
  const message = { Pair: [7, "x"] } as Message;
  assert(isVariant(message, "Pair"));
  assert.equal(message.Pair[0], 7);
  assert(!isVariant("Stop" as Message, "Pair"));
  assert(isVariant("Stop" as Message, "Stop"));
});
