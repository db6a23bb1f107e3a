import { decode, encode } from "@caryatid/process/codec";
import { perThreadSecond } from "../core/count.ts";
import { against, type Case } from "../harness.ts";

const ROUNDS = 100_000;

const tick = { number: 123_456, time: "2026-11-24T08:16:21.881Z" };
const order = {
  id: "7f3c9a40-2b5d-4b0e-9c1d-0a8e6f5d4c3b",
  placed: "2026-11-24T08:16:21.881Z",
  customer: { name: "Ada Lovelace", mail: "ada@example.com", since: 1843 },
  items: Array.from({ length: 12 }, (_, n) => ({
    article: `article-${n}`,
    count: n + 1,
    price: 9.99 + n,
  })),
  paid: true,
  note: null,
};

/** encode + decode with guards, compared with JSON to bytes and back. */
export const codec: readonly Case[] = [
  { name: "codec-small", message: tick, least: 1 },
  { name: "codec-1-kb", message: order, least: 0.6 },
].map(({ name, message, least }) => ({
  name,
  unit: "/s",
  run: against(
    () => there(message, (value) => decode(encode(value))),
    () => there(message, throughJson),
  ),
  ratio: ["ours", "peer"],
  goals: [{ of: "ratio", least }],
  remark: "encode + decode; peer: JSON and UTF-8",
}));

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function throughJson(value: unknown): unknown {
  return JSON.parse(decoder.decode(encoder.encode(JSON.stringify(value))));
}

async function there(
  message: unknown,
  andBack: (message: unknown) => unknown,
): Promise<number> {
  const expected = JSON.stringify(message);
  let last: unknown;
  // deno-lint-ignore require-await -- measured like what has to wait
  const rate = await perThreadSecond(ROUNDS, async () => {
    for (let round = 0; round < ROUNDS; round++) last = andBack(message);
  });
  if (JSON.stringify(last) !== expected) {
    throw new Error("it came back changed");
  }
  return rate;
}
