import assert from "node:assert/strict";
import { detailsFault, MAX_DETAILS_BYTES } from "./error_details.ts";

Deno.test("detailsFault returns undefined for data of at most 64 KiB", () => {
  const sparse = { left: undefined, right: [null, true, 1n, -0.5, "é"] };
  for (
    const details of [
      null,
      0,
      "",
      sparse,
      Object.create(null),
      new Date(0),
      new Uint8Array(MAX_DETAILS_BYTES - 1),
      "x".repeat(MAX_DETAILS_BYTES - 1),
    ]
  ) assert.equal(detailsFault(details), undefined);
});

Deno.test("detailsFault returns the reason for anything else", () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  const throwing = Object.defineProperty({}, "x", {
    enumerable: true,
    get() {
      throw new Error("hostile");
    },
  });
  const cases: [unknown, RegExp][] = [
    [undefined, /undefined/],
    [[undefined], /undefined/],
    [{ run() {} }, /function/],
    [Symbol("s"), /symbol/],
    [new Map(), /not data/],
    [new (class Order {})(), /not data/],
    ["\ud800", /lone surrogate/],
    [{ "\ud800": 1 }, /lone surrogate/],
    [cyclic, /nested/],
    [throwing, /throw/],
    [new Uint8Array(MAX_DETAILS_BYTES), /over 65536 bytes/],
    ["x".repeat(MAX_DETAILS_BYTES), /over 65536 bytes/],
    [Array(70_000).fill(0), /over 65536 bytes/],
  ];
  for (const [details, fault] of cases) {
    assert.match(detailsFault(details) ?? "none", fault);
  }
});
