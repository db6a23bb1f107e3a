import assert from "node:assert/strict";
import { z } from "zod";
import type { SchemaIssue, StandardSchema } from "../standard_schema.ts";
import { checkMessage, encodeMessage } from "./typed_sends.ts";

function refusing(...issues: SchemaIssue[]): StandardSchema {
  return {
    "~standard": { version: 1, vendor: "test", validate: () => ({ issues }) },
  };
}

Deno.test("a message that the schema only copies is returned as the same object", () => {
  const schema = z.object({
    list: z.array(z.object({ n: z.number() })),
    bytes: z.instanceof(Uint8Array),
    nothing: z.null(),
    constructor: z.object({ name: z.string() }),
  });
  const message = {
    list: [{ n: 1 }, { n: 1.5 }],
    bytes: new Uint8Array(2),
    nothing: null,
    constructor: { name: "a key like any other" },
  };
  assert.notEqual(schema.parse(message), message);
  assert.equal(checkMessage("a", schema, message), message);
});

Deno.test("a message that the schema changes is returned as transformed", async (t) => {
  const cases: Record<string, [StandardSchema, message: unknown, unknown]> = {
    "transformed": [z.string().transform(Number), "7", 7],
    "deep inside": [
      z.object({ a: z.array(z.string().transform(Number)) }),
      { a: ["1"] },
      { a: [1] },
    ],
    "a default added": [
      z.object({ a: z.number().default(1) }),
      {},
      { a: 1 },
    ],
    "a key taken out": [z.object({ a: z.number() }), { a: 1, b: 2 }, { a: 1 }],
    "an element taken out": [
      z.array(z.number()).transform((list) => list.slice(1)),
      [1, 2],
      [2],
    ],
    "-0 made 0": [z.number().transform((n) => n + 0), -0, 0],
    "null made an object": [z.null().transform(() => ({})), null, {}],
    "an object made a list": [z.object({}).transform(() => []), {}, []],
    "an object made a date": [
      z.object({}).transform(() => new Date(7)),
      {},
      new Date(7),
    ],
    "a date changed": [
      z.date().transform(() => new Date(7)),
      new Date(1),
      new Date(7),
    ],
  };
  for (const [name, [schema, message, wanted]] of Object.entries(cases)) {
    await t.step(name, () => {
      assert.deepEqual(checkMessage("a", schema, message), wanted);
    });
  }
});

Deno.test("an asynchronous schema is awaited", async () => {
  const schema = z.number().refine((n) => Promise.resolve(n > 0));
  const outcome = checkMessage("a", schema, 1);
  assert(outcome instanceof Promise);
  assert.equal(await outcome, 1);
  await assert.rejects(async () => await checkMessage("a", schema, -1), {
    code: "INVALID_MESSAGE",
  });
});

Deno.test("INVALID_MESSAGE lists up to five issues with their paths", () => {
  const issue = (message: string, ...path: PropertyKey[]) => ({
    message,
    path,
  });
  assert.throws(
    () =>
      checkMessage(
        "clock.tick",
        refusing(issue("is bad"), issue("is worse", "a", 0, "b")),
        {},
      ),
    {
      code: "INVALID_MESSAGE",
      message:
        'Cannot use the message on "clock.tick": is bad; a[0].b: is worse',
    },
  );
  const many = Array.from(
    { length: 7 },
    (_, i) => issue(`${i}`, { key: i }.key),
  );
  assert.throws(() => checkMessage("a", refusing(...many), {}), {
    message: 'Cannot use the message on "a": ' +
      "[0]: 0; [1]: 1; [2]: 2; [3]: 3; [4]: 4; and 2 more",
  });
});

Deno.test("a schema that throws is INVALID_MESSAGE, with the error as the cause", async (t) => {
  const thrown = new RangeError("too deep");
  const invalid = {
    code: "INVALID_MESSAGE",
    message: 'Cannot use the message on "a": its schema throws: too deep',
    cause: thrown,
  };
  const throwing = (validate: () => never | Promise<never>) => ({
    "~standard": { version: 1 as const, vendor: "test", validate },
    "~wire": { encode: validate as () => never },
  });
  const schema = throwing(() => {
    throw thrown;
  });
  await t.step("at once", () => {
    assert.throws(() => checkMessage("a", schema, 1), invalid);
  });
  await t.step("later", async () => {
    const late = throwing(() => Promise.reject(thrown));
    await assert.rejects(async () => await checkMessage("a", late, 1), invalid);
  });
  await t.step("for what is sent", () => {
    assert.throws(() => encodeMessage("a", schema, 1), invalid);
  });
});
