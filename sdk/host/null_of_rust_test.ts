import assert from "node:assert/strict";
import { z } from "zod";
import { withNulls } from "./null_of_rust.ts";
import { checkReceived } from "./typed_sends.ts";

const schema = z.object({
  q: z.tuple([z.number(), z.string(), z.string().nullable()]),
  list: z.array(z.number()),
});

Deno.test("an empty array is null if the schema accepts null and no array", () => {
  const message = { q: [1, "x", []], list: [] };
  assert.deepEqual(checkReceived("a", schema, message), {
    q: [1, "x", null],
    list: [],
  });
  assert.deepEqual(message.q[2], [], "other subscribers may have the message");
});

Deno.test("a whole message may be null", () => {
  assert.equal(checkReceived("a", z.null(), []), null);
});

Deno.test("an asynchronous schema reads an empty array as null", async () => {
  const late = z.object({ a: z.string().nullable() })
    .refine(() => Promise.resolve(true));
  assert.deepEqual(await checkReceived("a", late, { a: [] }), { a: null });
});

Deno.test("an empty array is refused if the schema accepts no null", () => {
  assert.throws(
    () => checkReceived("a", z.object({ a: z.string() }), { a: [] }),
    {
      code: "INVALID_MESSAGE",
      message: /a: .*expected string/,
    },
  );
});

Deno.test("withNulls follows only own properties", () => {
  const issue = { message: "wrong", path: ["__proto__", "length"] };
  assert.equal(withNulls({}, [issue]), undefined);
  assert.equal(withNulls(1, [{ message: "wrong", path: ["a"] }]), undefined);
  const value = JSON.parse('{"__proto__": []}');
  const replaced = withNulls(value, [{ message: "", path: ["__proto__"] }]);
  assert.equal(JSON.stringify(replaced), '{"__proto__":null}');
});
