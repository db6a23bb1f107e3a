import assert from "node:assert/strict";
import { failsWith } from "./assertions.ts";
import { copiesMessages, type Property } from "./property.ts";
import { ready, type Trial } from "./trial.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

/** A18 and A19: large messages, and received bytes. */
export const copies: readonly Property[] = [
  {
    id: "A18",
    title: "messages of 0 bytes to 15 MiB arrive intact",
    check: carriesAllSizes,
  },
  {
    id: "A18",
    title:
      "a message over the limit is MESSAGE_TOO_LARGE, messages around it arrive",
    needs: copiesMessages,
    check: refusesOversize,
  },
  {
    id: "A19",
    title: "received bytes have their own memory",
    needs: copiesMessages,
    check: ownsBytes,
  },
];

async function carriesAllSizes(trial: Trial): Promise<void> {
  const topic = trial.topic("sizes");
  const subscription = trial.bus.subscribe(topic);
  await ready(subscription);
  const largest = Math.min(15 * MIB, trial.maxMessageSize - KIB);
  const sizes = [0, 128 * KIB - 1, 128 * KIB, 128 * KIB + 1, largest, 1]
    .filter((size) => size <= largest);
  const sent = sizes.map((size, i) => pattern(size, i));
  const [received] = await Promise.all([
    trial.receive(subscription, sent.length),
    ...sent.map((bytes) => trial.peer.publish(topic, bytes)),
  ]);
  received.forEach((bytes, i) => checkBytes(bytes, sent[i]!));
}

async function refusesOversize(trial: Trial): Promise<void> {
  const topic = trial.topic("oversize");
  const subscription = trial.bus.subscribe(topic);
  await ready(subscription);
  const tooLarge = new Uint8Array(trial.maxMessageSize + 1);
  const burst = Array.from({ length: 10 }, (_, i) => i);
  const settling = Promise.all(
    burst.map((i) =>
      i === 4
        ? failsWith(trial.bus.publish(topic, tooLarge), "MESSAGE_TOO_LARGE")
        : trial.bus.publish(topic, i)
    ),
  );
  const [received] = await Promise.all([
    trial.receive(subscription, 9),
    settling,
  ]);
  // Not the large message: a difference of 16 MiB would be printed byte by
  // byte.
  const small = received.filter((message) => typeof message === "number");
  assert.deepEqual(small, burst.filter((i) => i !== 4));
}

async function ownsBytes(trial: Trial): Promise<void> {
  const topic = trial.topic("bytes");
  const subscription = trial.bus.subscribe(topic);
  await ready(subscription);
  const kept = await exchange(trial.count(1_000, 100), (i) => pattern(64, i));
  await exchange(trial.count(1_024, 64), () => new Uint8Array(64 * KIB));
  kept.forEach((bytes, i) => {
    checkBytes(bytes, pattern(64, i));
    const { byteLength, buffer } = bytes as Uint8Array;
    assert.equal(buffer.byteLength, byteLength, "It is a view of other bytes");
  });

  async function exchange(
    n: number,
    make: (index: number) => Uint8Array,
  ): Promise<unknown[]> {
    const received: unknown[] = [];
    for (let i = 0; i < n; i++) {
      const publishing = trial.peer.publish(topic, make(i));
      const [got] = await Promise.all([
        trial.receive(subscription, 1),
        publishing,
      ]);
      received.push(got[0]);
    }
    return received;
  }
}

/** Returns bytes that depend on their position and on `seed`. */
function pattern(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = i * 31 + seed * 17 + (i >> 8);
  return bytes;
}

function checkBytes(got: unknown, wanted: Uint8Array): void {
  assert(got instanceof Uint8Array, `Expected bytes, got ${typeof got}`);
  assert.equal(got.length, wanted.length);
  const wrong = wanted.findIndex((byte, i) => byte !== got[i]);
  assert(wrong < 0, `Byte ${wrong} of ${wanted.length} changed`);
}
