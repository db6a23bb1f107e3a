import type { Delivery } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { type Where, whereTest } from "./where.ts";

const ORDER: Delivery = {
  topic: "order.new",
  message: {
    kind: "order",
    total: 120,
    sequence: 2n ** 60n,
    paid: false,
    none: null,
    tags: ["new", "gift"],
    items: [{ name: "tea" }],
    note: "please ring twice",
  },
  id: "0123456789abcdef",
  headers: { "trace-id": "t1" },
  time: 0,
  redelivered: false,
};

const holds: readonly Where[] = [
  { "message.kind": "order" },
  { "message.kind": ["offer", "order"] },
  { "message.kind": "order", "message.total": 120 },
  { "message.paid": false },
  { "message.items.0.name": "tea" },
  { "message.sequence": 2 ** 60 },
  { "message.total": { above: 100, below: 200 } },
  { "message.kind": { not: "offer" } },
  { "message.kind": { not: ["offer", "bill"] } },
  { "message.missing": { not: "offer" } },
  { "message.tags": { contains: "gift" } },
  { "message.note": { contains: "ring" } },
  { "message.none": { exists: true } },
  { "message.missing": { exists: false } },
  { "headers.trace-id": "t1" },
  { "topic": "order.new" },
  { "time": "1970-01-01T00:00:00.000Z" },
  { "id": "0123456789abcdef" },
];

const fails: readonly Where[] = [
  { "message.kind": "offer" },
  { "message.kind": "order", "message.total": 1 },
  { "message.total": "120" }, // text is not a number
  { "message.total": { above: 120 } },
  { "message.kind": { above: 0 } },
  { "message.kind": { not: "order" } },
  { "message.tags": { contains: "old" } },
  { "message.note": { contains: 1 } },
  { "message.total": { contains: "1" } },
  { "message.missing": { exists: true } },
  { "message.kind.length": 5 }, // own properties of objects only
  { "message.toString": { exists: true } },
  { "headers.constructor": { exists: true } },
];

Deno.test("whereTest() returns undefined for an empty table", () => {
  assert.equal(whereTest({}), undefined);
});

for (const where of holds) {
  Deno.test(`whereTest() accepts ${show(where)}`, () => {
    assert.equal(whereTest(where)!(ORDER), true);
  });
}

for (const where of fails) {
  Deno.test(`whereTest() rejects ${show(where)}`, () => {
    assert.equal(whereTest(where)!(ORDER), false);
  });
}

Deno.test("whereTest() treats unreadable values as missing", () => {
  const refuse = (): never => {
    throw new Error("hostile");
  };
  const traps = { get: refuse, getOwnPropertyDescriptor: refuse };
  for (
    const message of [
      {
        get kind() {
          return refuse();
        },
      },
      new Proxy({}, traps),
    ]
  ) {
    const of = (where: Where) => whereTest(where)!({ ...ORDER, message });
    assert.equal(of({ "message.kind": { exists: false } }), true);
    assert.equal(of({ "message.kind": "order" }), false);
  }
  const list = new Proxy([], traps);
  const contains = whereTest({ "message": { contains: "a" } })!;
  assert.equal(contains({ ...ORDER, message: list }), false);
});

Deno.test("whereTest() searches at most 10,000 characters or items", () => {
  const contains = whereTest({ message: { contains: "x" } })!;
  const of = (message: unknown) => contains({ ...ORDER, message });
  assert.equal(of("-".repeat(9_999) + "x"), true);
  assert.equal(of("-".repeat(10_000) + "x"), false);
  assert.equal(of([...Array(10_000).fill("-"), "x"]), false);
});

function show(where: Where): string {
  return JSON.stringify(where);
}
