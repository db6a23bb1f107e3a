import assert from "node:assert/strict";
import { messageBytes } from "./message_bytes.ts";

const MIB = 1024 * 1024;

Deno.test("messageBytes counts at least the memory that texts, bytes and lists take", () => {
  assert(messageBytes("x".repeat(MIB)) >= MIB);
  assert(messageBytes({ a: { b: new Uint8Array(MIB) } }) >= MIB);
  assert(messageBytes(new Array(MIB).fill(0)) >= 8 * MIB);
  assert(messageBytes(Array.from({ length: 1000 }, () => ({}))) >= 56_000);
  assert(messageBytes(new Map([["a", "x".repeat(MIB)]])) >= MIB);
  assert(messageBytes({ n: 1 }) < 200);
});

Deno.test("messageBytes ends for a message that contains itself, is sparse or throws", () => {
  const round: unknown[] = [];
  round.push(round, round);
  const sparse: unknown[] = [];
  sparse.length = 2 ** 32 - 1;
  const throwing = {
    get a() {
      throw new Error("no");
    },
  };
  for (const message of [round, sparse, throwing]) {
    assert(messageBytes(message) <= 64 * MIB);
  }
});
