import assert from "node:assert/strict";
import fc from "fast-check";
import { bytesText, excerpt } from "./excerpt.ts";
import { oneLine } from "./one_line.ts";
import { redaction } from "./redaction.ts";

const OPEN = redaction([]);
const MIB = 1024 * 1024;

Deno.test("excerpt() copies small values unchanged", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
    const small = JSON.parse(JSON.stringify(value));
    assert.deepEqual(excerpt(small, 1_000_000, OPEN), small);
  }));
});

Deno.test("excerpt() formats values that JSON lacks as text", () => {
  const value = {
    time: new Date(0),
    never: new Date(NaN),
    bytes: new Uint8Array([0, 15, 255]),
    large: 2n ** 64n,
    huge: 2n ** 4096n,
    map: new Map<unknown, unknown>([["a", 1], [{ b: 2 }, 3]]),
    set: new Set(["x"]),
    error: new TypeError("broken"),
    call() {},
    symbol: Symbol("s"),
    nothing: undefined,
  };
  assert.deepEqual(excerpt(value, 1_000, OPEN), {
    time: "1970-01-01T00:00:00.000Z",
    never: "<invalid date>",
    bytes: "<3 bytes: 000fff>",
    large: "18446744073709551616n",
    huge: "<large integer>",
    map: { a: 1, "{ b: 2 }": 3 },
    set: ["x"],
    error: "<error: broken>",
    call: "<function>",
    symbol: "Symbol(s)",
    nothing: undefined,
  });
});

Deno.test("excerpt() keeps to its size and marks omissions", async (t) => {
  const cases: Record<string, [value: unknown, mark: RegExp]> = {
    "a long text": ["x".repeat(1_000), /^x{50}… 950 more$/],
    "a long array": [Array(1_000).fill(1), /"… \d+ more"\]$/],
    "many keys": [
      Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => ["k" + i, i])),
      /"…": "…" }$/,
    ],
    "long keys": [{ ["k".repeat(1_000)]: 1 }, /^{ "k{50}… 950 more": 1 }$/],
    "many texts": [Array(100).fill("y".repeat(100)), /more"\]$/],
    "a large map": [new Map(Array(100).entries()), /"…": "…" }$/],
    "a large set": [new Set(Array(100).keys()), /"…"\]$/],
    "control characters": ["\u0000".repeat(1_000), /more$/],
    "a deep object": [deep(100_000), /{…}/],
    "many bytes": [new Uint8Array(1_000), /^<1000 bytes: 0{32}…>$/],
    "a long error": [new Error("z".repeat(10_000)), /more$/],
    "an array of nothing": [new Array(2 ** 32 - 1), /more"\]$/],
  };
  for (const [name, [value, mark]] of Object.entries(cases)) {
    await t.step(name, () => {
      const copy = excerpt(value, 200, OPEN);
      const text = typeof copy === "string" ? copy : oneLine(copy);
      assert.match(text, mark);
      assert(text.length < 2 * 200, `it has ${text.length} characters`);
    });
  }
});

Deno.test("excerpt() splits no surrogate pair", () => {
  assert.equal(
    excerpt("x" + "😀".repeat(100), 64, OPEN),
    "x" + "😀".repeat(7) + "… 186 more",
  );
});

Deno.test("excerpt() takes the same time for 100 MiB as for 100 KiB", async (t) => {
  const text = (length: number) =>
    new TextDecoder().decode(new Uint8Array(length).fill(65));
  const kinds: Record<string, (length: number) => unknown> = {
    text,
    bytes: (length) => new Uint8Array(length),
    array: (length) => new Array(length >> 3).fill(7),
    map: (length) => new Map(new Array(length >> 7).entries()),
    "objects in an array": (length) => Array(length >> 7).fill({ a: 1, b: 2 }),
  };
  for (const [name, make] of Object.entries(kinds)) {
    await t.step(name, () => {
      const large = make(100 * MIB);
      const small = make(100 * 1024);
      const took = (value: unknown) => {
        const times = Array.from({ length: 200 }, () => {
          const start = performance.now();
          excerpt(value, 1_000, OPEN);
          return performance.now() - start;
        });
        return times.sort((a, b) => a - b)[100]!;
      };
      const [ofLarge, ofSmall] = [took(large), took(small)];
      // Proportional to the size it would be 1,000 times as long.
      assert(
        ofLarge < 10 * ofSmall + 1,
        `${ofLarge} ms, and ${ofSmall} ms of a small one`,
      );
    });
  }
});

Deno.test("excerpt() runs no code of a hostile value", async (t) => {
  const trap = (): never => assert.fail("it ran");
  const traps = new Proxy({}, { get: () => trap });
  const hostile = {
    "a getter": [{
      get secret() {
        return trap();
      },
    }, { secret: "<getter>" }],
    "a getter in an array": [
      Object.defineProperty([1, 2], 1, { get: trap }),
      [1, "<getter>"],
    ],
    "a proxy": [{ a: new Proxy({}, traps) }, { a: "<proxy>" }],
    "a proxy of an array": [new Proxy([], traps), "<proxy>"],
    "a revoked proxy": [revoked(), "<proxy>"],
    "a proxy as prototype": [Object.create(new Proxy({}, traps)), {}],
    "toJSON": [{ toJSON: trap }, { toJSON: "<function>" }],
    "a custom iterator": [
      Object.assign([1], { [Symbol.iterator]: trap }),
      [1],
    ],
    "a map that iterates otherwise": [
      Object.assign(new Map([[1, 2]]), {
        [Symbol.iterator]: trap,
        entries: trap,
      }),
      { 1: 2 },
    ],
    "an error with a getter": [
      Object.defineProperty(new Error(), "message", { get: trap }),
      "<error: <getter>>",
    ],
    "a cycle": [cycle(), { a: ["<cycle>"] }],
    "no prototype": [Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    "bytes with getters": [
      Object.defineProperties(new Uint8Array([7]), {
        byteLength: { get: trap },
        buffer: { get: trap },
      }),
      "<1 bytes: 07>",
    ],
    "detached bytes": [detached(), "<bytes>"],
    "__proto__": [
      JSON.parse('{"__proto__": {"admin": true}}'),
      JSON.parse('{"__proto__": {"admin": true}}'),
    ],
  } as const;
  for (const [name, [value, copy]] of Object.entries(hostile)) {
    await t.step(name, () => {
      assert.deepEqual(excerpt(value, 1_000, OPEN), copy);
    });
  }
});

Deno.test("excerpt() hides redacted values on every path", () => {
  const hidden = redaction(["message.#.password", "message.cards.*.number"])
    .step("message");
  const user = { name: "Ann", password: "geheim" };
  const value = {
    user,
    users: [user, new Map([["password", "geheim"]])],
    password: { old: "geheim" },
    cards: { visa: { number: "4111" } },
    number: 1,
  };
  assert.deepEqual(excerpt(value, 1_000, hidden), {
    user: { name: "Ann", password: "***" },
    users: [{ name: "Ann", password: "***" }, { password: "***" }],
    password: "***",
    cards: { visa: { number: "***" } },
    number: 1,
  });
});

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = { a: value };
  return value;
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function cycle(): unknown {
  const value: { a: unknown[] } = { a: [] };
  value.a.push(value);
  return value;
}

function detached(): unknown {
  const bytes = new Uint8Array(8);
  structuredClone(bytes, { transfer: [bytes.buffer] });
  return bytes;
}

Deno.test("bytesText() returns the size and the first 16 bytes of any binary value", () => {
  const bytes = new Uint8Array(20).fill(255);
  const all = `<20 bytes: ${"ff".repeat(16)}…>`;
  assert.equal(bytesText(bytes), all);
  assert.equal(bytesText(bytes.buffer), all);
  assert.equal(bytesText(new DataView(bytes.buffer)), all);
  assert.equal(bytesText(bytes.subarray(18)), "<2 bytes: ffff>");
  assert.equal(bytesText(new Uint16Array([1])), "<2 bytes: 0100>");
  assert.equal(bytesText(new SharedArrayBuffer(1)), "<1 bytes: 00>");
});

Deno.test("bytesText() returns undefined for other values", () => {
  for (const value of [{}, [1], new Date(), { byteLength: 5 }]) {
    assert.equal(bytesText(value), undefined);
  }
});
