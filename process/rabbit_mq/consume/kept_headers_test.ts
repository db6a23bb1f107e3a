import type { Log } from "@caryatid/sdk";
import type { Message } from "amqplib";
import assert from "node:assert/strict";
import { attemptHeaders } from "./delivery.ts";
import { KeptHeaders } from "./kept_headers.ts";

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A message of another client. */
function message(headers: Record<string, unknown>, exchange = "x"): Message {
  return {
    fields: { exchange },
    properties: { headers },
  } as unknown as Message;
}

function watched() {
  const warnings: unknown[] = [];
  const warn: Log["warn"] = (_, properties) => warnings.push(properties);
  return { kept: new KeptHeaders({ ...silent, warn }), warnings };
}

Deno.test("KeptHeaders keeps headers that fit, without a warning", () => {
  const { kept, warnings } = watched();
  const headers = { large: "x".repeat(59_000), number: 1, nothing: null };
  assert.deepEqual(kept.of(message(headers), "a"), headers);
  assert.deepEqual(warnings, []);
});

Deno.test("KeptHeaders leaves out the largest headers until the others fit, and warns once", () => {
  const { kept, warnings } = watched();
  const rest = { small: "1", medium: "x".repeat(29_000) };
  const too = message({
    largest: "x".repeat(31_000),
    ...rest,
    larger: "x".repeat(30_990),
  });
  assert.deepEqual(kept.of(too, "a.b"), rest);
  assert.deepEqual(kept.of(too, "a.b"), rest);
  assert.deepEqual(warnings, [{ count: 2, topic: "a.b", most: 60_000 }]);
});

Deno.test("KeptHeaders leaves out headers that cannot be encoded, and keeps the others", () => {
  const { kept, warnings } = watched();
  const rest = { small: "1", large: "x".repeat(50_000) };
  const strange = { number: NaN, ["x".repeat(256)]: "1", "!": "x", ...rest };
  assert.deepEqual(kept.of(message(strange), "a"), rest);
  assert.equal(warnings.length, 1);
});

Deno.test("KeptHeaders keeps the headers of a message that was retried, as they are then", () => {
  const { kept, warnings } = watched();
  const rest = { small: "1" };
  const first = kept.of(message({ large: "x".repeat(65_000), ...rest }), "a");
  const attempt = {
    ...{ topic: "a", failures: 1, redeliveries: 0, starts: 0, time: 1 },
  };
  const retried = message(attemptHeaders(attempt, first), "");
  assert.deepEqual(kept.of(retried, "a"), rest);
  assert.equal(warnings.length, 1);
});
