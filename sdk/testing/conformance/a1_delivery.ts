import assert from "node:assert/strict";
import { failsWith } from "./assertions.ts";
import { inFlight, within } from "./promises.ts";
import { passesReferences, type Property } from "./property.ts";
import { messages } from "./take.ts";
import { ready, receivedBefore, type Trial } from "./trial.ts";

/** Values of each type of the wire format. */
const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -0, 1, -1, 23, 24, 255, 65_536, -65_537, 0.1],
  ...[2 ** 32, -(2 ** 32) - 1, Number.MAX_SAFE_INTEGER, 1.5, -4.1, 1e300],
  ...[Infinity, -Infinity, NaN, 2n ** 64n - 1n, -(2n ** 63n)],
  ...["", "text", "ü水𐅑", "\0", "x".repeat(300)],
  ...[[], [1, [2, [3]]], {}, { a: { b: [null, "c"] } }, { "": 0 }],
  ...[new Uint8Array(), new Uint8Array([0, 127, 255])],
  ...[{ bytes: new Uint8Array(300).fill(7) }],
  ...[JSON.parse('{ "__proto__": 1, "constructor": { "prototype": 2 } }')],
];

/** A1 to A3: delivery, order and fan-out. */
export const delivery: readonly Property[] = [
  {
    id: "A1",
    title: "a message arrives intact on its topic",
    check: arrivesIntact,
  },
  {
    id: "A1",
    title: "in memory a subscriber receives the published object itself",
    needs: passesReferences,
    check: sameReference,
  },
  {
    id: "A1",
    title: "a delivery has id, headers and time, and is not redelivered",
    check: hasProperties,
  },
  {
    id: "A1",
    title: "publish and request of undefined reject with NOT_ENCODABLE",
    check: refusesUndefined,
  },
  {
    id: "A2",
    title: "the messages of each publisher on a topic arrive in order",
    check: keepsOrder,
  },
  {
    id: "A3",
    title: "every subscription receives each message once",
    check: fansOut,
  },
];

async function arrivesIntact(trial: Trial): Promise<void> {
  const subscription = trial.bus.subscribe(trial.topic("#"));
  await ready(subscription);
  for (let round = trial.count(1_000, 10); round > 0; round--) {
    const topic = trial.topic(`round.${round}`);
    const publishes = VALUES.map((value) => trial.peer.publish(topic, value));
    const [received] = await Promise.all([
      trial.take(subscription, VALUES.length),
      ...publishes,
    ]);
    assert(received.every((delivery) => delivery.topic === topic));
    assert.deepEqual(messages(received), VALUES);
  }
}

async function sameReference(trial: Trial): Promise<void> {
  const subscription = trial.bus.subscribe(trial.topic("object"));
  await ready(subscription);
  const message = { bytes: new Uint8Array(9), run: () => 1, when: new Date() };
  await within(trial.bus.publish(trial.topic("object"), message), "publish");
  const [received] = await trial.receive(subscription, 1);
  assert(received === message, `Expected the same object, got ${received}`);
}

async function hasProperties(trial: Trial): Promise<void> {
  const topic = trial.topic("described");
  const subscription = trial.bus.subscribe(topic);
  await ready(subscription);
  const headers = { trace: "00-a-b-01", empty: "" };
  await trial.peer.publish(topic, 1, { id: "0123456789abcdef", headers });
  await trial.peer.publish(topic, 2);
  const [given, made] = await trial.take(subscription, 2);
  assert.equal(given!.id, "0123456789abcdef");
  assert.deepEqual({ ...given!.headers }, headers);
  assert.match(made!.id, /^[0-9a-f]{16}$/);
  assert.equal(made!.id, made!.id);
  assert.deepEqual({ ...made!.headers }, {});
  for (const { time, redelivered } of [given!, made!]) {
    assert.equal(redelivered, false);
    const age = Date.now() - time;
    assert(Math.abs(age) < 5_000, `Published just now, not ${age} ms ago`);
  }
}

async function refusesUndefined(trial: Trial): Promise<void> {
  const topic = trial.topic("nothing");
  const subscription = trial.bus.subscribe(topic);
  const handling = trial.bus.handle(topic, () => "an answer");
  await ready(subscription, handling);
  await failsWith(trial.bus.publish(topic, undefined), "NOT_ENCODABLE");
  await failsWith(trial.bus.request(topic, undefined), "NOT_ENCODABLE");
  assert.deepEqual(await receivedBefore(trial, subscription, topic), []);
}

async function keepsOrder(trial: Trial): Promise<void> {
  const publishers = 50;
  const numbers = trial.count(200, 10);
  const buses = [trial.bus, trial.bus, trial.peer];
  const subscriptions = buses.map((bus) => bus.subscribe(trial.topic("*")));
  await ready(...subscriptions);
  const publish = async (publisher: number) => {
    const bus = publisher % 2 === 0 ? trial.bus : trial.peer;
    // In bursts: a bus limits waiting publishes.
    for (let first = 0; first < numbers; first += 200) {
      const burst = Math.min(200, numbers - first);
      const topic = trial.topic(`from${publisher % 10}`);
      await Promise.all(
        Array.from(
          { length: burst },
          (_, i) => bus.publish(topic, [publisher, first + i]),
        ),
      );
    }
  };
  const [received] = await Promise.all([
    Promise.all(
      subscriptions.map((subscription) =>
        trial.receive(subscription, publishers * numbers)
      ),
    ),
    inFlight(publishers, publishers, publish),
  ]);
  for (const each of received) {
    checkOrder(each as [number, number][], publishers);
  }
}

/** Asserts that the numbers of each publisher ascend by one. */
function checkOrder(received: [number, number][], publishers: number): void {
  const next = new Array(publishers).fill(0);
  for (const [publisher, number] of received) {
    assert.equal(
      number,
      next[publisher]++,
      `Publisher ${publisher}'s messages came out of order`,
    );
  }
}

async function fansOut(trial: Trial): Promise<void> {
  const topic = trial.topic("news");
  const subscriptions = Array.from(
    { length: 50 },
    (_, i) => (i % 2 === 0 ? trial.bus : trial.peer).subscribe(topic),
  );
  await ready(...subscriptions);
  const numbers = Array.from({ length: trial.count(100, 10) }, (_, i) => i);
  const publishing = Promise.all(
    numbers.map((number) => trial.bus.publish(topic, number)),
  );
  const each = Promise.all(
    subscriptions.map((one) => trial.take(one, numbers.length)),
  );
  const [received] = await Promise.all([each, publishing]);
  const ids = received[0]!.map(({ id }) => id);
  assert.equal(new Set(ids).size, numbers.length, "ids repeat");
  for (const deliveries of received) {
    assert.deepEqual(messages(deliveries), numbers);
    assert.deepEqual(deliveries.map(({ id }) => id), ids);
  }
  for (const one of subscriptions) {
    assert.deepEqual(messages(await receivedBefore(trial, one, topic)), []);
  }
}
