import { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { encode } from "./mod.ts";

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { v: value };
  return value;
}

function cycle(): unknown {
  const message: Record<string, unknown> = { a: { items: [] } };
  (message as { a: { items: unknown[] } }).a.items.push(1, message.a);
  return message;
}

class Order {
  id = 1;
}

function throwing(error: unknown): unknown {
  return {
    get bad() {
      throw error;
    },
  };
}

/**
 * A value that cannot be sent, its path in the error, and a part of the reason.
 */
const TABLE: readonly (readonly [string, () => unknown, string, RegExp])[] = [
  ["undefined", () => undefined, "message", /is undefined/],
  [
    "undefined in an array",
    () => ({ a: [1, undefined] }),
    "message.a[1]",
    /is undefined/,
  ],
  ["a hole", () => [1, , 2], "message[1]", /is undefined/], // deno-lint-ignore no-sparse-arrays
  [
    "a function",
    () => ({ a: [{ f() {} }] }),
    "message.a[0].f",
    /is a function/,
  ],
  ["a symbol", () => ({ "a b": Symbol("s") }), 'message["a b"]', /is a symbol/],
  ["an object in itself", cycle, "message.a.items[1]", /contains itself/],
  ["129 levels", () => nested(129), "message[0].v", /more than 128/],
  ["a million levels", () => nested(1e6), "message.v[0]", /more than 128/],
  [
    "a throwing getter",
    () => ({ a: throwing(new Error("no")) }),
    "message.a.bad",
    /reading it threw/,
  ],
  [
    "a getter that throws null",
    () => throwing(null),
    "message.bad",
    /reading it threw/,
  ],
  [
    "a getter that throws undefined",
    () => throwing(undefined),
    "message.bad",
    /reading it threw/,
  ],
  ["half a surrogate pair", () => ["\ud83d"], "message[0]", /surrogate/],
  [
    "one in a long text",
    () => ["a".repeat(5000) + "\udc00"],
    "message[0]",
    /surrogate/,
  ],
  ["one in a key", () => ({ "\ud83d": 1 }), 'message["\\ud83d"]', /surrogate/],
  ["2^64", () => ({ n: 2n ** 64n }), "message.n", /more than 64 bits/],
  [
    "-2^64 - 1",
    () => ({ n: -(2n ** 64n) - 1n }),
    "message.n",
    /more than 64 bits/,
  ],
  ["an invalid Date", () => [new Date(NaN)], "message[0]", /invalid Date/],
  [
    "a Date in the year 10000",
    () => [new Date(253402300800000)],
    "message[0]",
    /RFC 3339/,
  ],
  [
    "a Date before the year 0",
    () => [new Date(-62198755200000)],
    "message[0]",
    /RFC 3339/,
  ],
  ["a Map", () => new Map(), "message", /is a Map; expected plain objects/],
  ["a Set", () => ({ s: new Set() }), "message.s", /is a Set/],
  ["an instance", () => ({ o: new Order() }), "message.o", /is an Order/],
  [
    "an instance with toJSON",
    () => [new URL("http://a")],
    "message[0]",
    /is an URL/,
  ],
  ["an Error", () => [new TypeError()], "message[0]", /is a TypeError/],
  ["a RegExp", () => [/a/], "message[0]", /is a RegExp/],
  ["a promise", () => [Promise.resolve()], "message[0]", /is a Promise/],
  ["a text object", () => [Object("a")], "message[0]", /is a String/],
  [
    "an object of a nameless class",
    () => [new (class {})()],
    "message[0]",
    /another prototype/,
  ],
  [
    "shared memory",
    () => [new SharedArrayBuffer(1)],
    "message[0]",
    /is a SharedArrayBuffer/,
  ],
  ["bytes that were transferred", transferred, "message[0]", /transferred/],
  [
    "a proxy that refuses",
    () => [new Proxy({}, { ownKeys: refuse })],
    "message[0]",
    /reading it threw/,
  ],
  [
    "a false Date",
    () => [Object.create(Date.prototype)],
    "message[0]",
    /invalid Date/,
  ],
  [
    "a false Number",
    () => [Object.create(Number.prototype)],
    "message[0]",
    /reading it threw/,
  ],
];

function transferred(): unknown {
  const bytes = Uint8Array.of(1);
  bytes.buffer.transfer();
  return [bytes];
}

function refuse(): never {
  throw new Error("no");
}

for (const [name, message, path, reason] of TABLE) {
  Deno.test(`F3 encode throws NOT_ENCODABLE with the path for ${name} and accepts the next message`, () => {
    assert.throws(() => encode(message()), (error) => {
      assert(error instanceof CaryatidError && error.code === "NOT_ENCODABLE");
      assert(error.message.startsWith(`Cannot encode "${path}`), error.message);
      assert.match(error.message, reason);
      return true;
    });
    assert.equal(encode({ a: 1 }).toHex(), "a1616101");
  });
}

Deno.test("F3 encode accepts 128 levels", () => {
  assert.equal(encode(nested(128)).length > 128, true);
});

Deno.test("F3 the error of a getter is the cause, unchanged", () => {
  const cause = new RangeError("mine");
  assert.throws(() => encode([throwing(cause)]), { cause });
});

Deno.test("a long path is shortened, and unusual keys are quoted", () => {
  const long = "k".repeat(100);
  assert.throws(() => encode({ [long]: () => {} }), {
    message: new RegExp(`^Cannot encode "message\\["k{40}…"\\]": `),
  });
  assert.throws(() => encode(nested(1000)), (error: Error) => {
    assert.match(error.message, / … /);
    return error.message.length < 150;
  });
});

Deno.test("an object that occurs twice in a message is not a cycle", () => {
  const part = { a: 1 };
  assert.equal(encode([part, part]).toHex(), "82a1616101a1616101");
});
