import assert from "node:assert/strict";
import { CaryatidError } from "../errors.ts";
import type { Delivery } from "../delivery.ts";
import type { Overflow } from "../subscription.ts";
import { VirtualClock } from "../testing/virtual_clock.ts";
import { Deadlines } from "./deadlines.ts";
import { DeliveryQueue, type Reader } from "./delivery_queue.ts";
import { LocalDelivery } from "./local_delivery.ts";
import { BackPressure } from "./publisher_queue.ts";

const CLOSED = new CaryatidError("BUS_CLOSED", "Cannot continue");

function make(
  overflow: Overflow = "wait",
  onDrop?: (pattern: string, overflow: Overflow) => void,
): DeliveryQueue {
  const backPressure = new BackPressure(new Deadlines(new VirtualClock()));
  return new DeliveryQueue({
    pattern: "a.*",
    size: 2,
    overflow,
    backPressure,
    onDrop,
  });
}

function push(queue: DeliveryQueue, ...messages: unknown[]) {
  return messages.map((message) =>
    queue.push(new LocalDelivery("a.b", message, undefined), undefined)
  );
}

function drain(queue: DeliveryQueue): unknown[] {
  const messages: unknown[] = [];
  for (let next = queue.shift(); next; next = queue.shift()) {
    messages.push(next.message);
  }
  return messages;
}

/** Reader that records its deliveries and the number of its ends. */
class NotingReader implements Reader {
  readonly got: Delivery[] = [];
  ended = 0;

  receive(delivery: Delivery): void {
    this.got.push(delivery);
  }

  end(): void {
    this.ended++;
  }
}

Deno.test("a waiting reader receives the next delivery directly", () => {
  const queue = make();
  const readers = [new NotingReader(), new NotingReader()];
  for (const reader of readers) queue.wait(reader);
  push(queue, 1, 2, 3);
  assert.deepEqual(
    readers.map(({ got }) => got.map(({ message }) => message)),
    [[1], [2]],
  );
  assert.deepEqual(drain(queue), [3]);
});

Deno.test("a waiting publisher is admitted when a delivery leaves the queue", async () => {
  const queue = make();
  const [first, second, third, fourth] = push(queue, 1, 2, 3, 4);
  assert.deepEqual([first, second], [undefined, undefined]);
  assert.equal(queue.shift()?.message, 1);
  await third;
  assert.equal(queue.length, 2);
  assert.deepEqual(drain(queue), [2, 3, 4]);
  await fourth;
});

Deno.test("A12 a full queue drops and counts messages, and calls onDrop once per burst", async (t) => {
  const policies: [Overflow, firstLeft: unknown[], secondLeft: unknown[]][] = [
    ["drop-oldest", [4, 5], [8, 9]],
    ["drop-newest", [1, 2], [2, 6]],
    ["error", [1, 2], [2, 6]],
  ];
  for (const [overflow, firstLeft, secondLeft] of policies) {
    await t.step(overflow, async () => {
      const reported: unknown[] = [];
      const queue = make(overflow, (...what) => reported.push(what));
      const waits = push(queue, 1, 2, 3, 4, 5);
      assert.equal(queue.dropped, 3);
      assert.deepEqual(reported, [["a.*", overflow]]);

      const [left] = firstLeft;
      assert.equal(queue.shift()?.message, left);
      waits.push(...push(queue, 6, 7, 8, 9));
      assert.equal(queue.dropped, 6);
      assert.equal(reported.length, 1, "it was never empty: the same burst");
      assert.deepEqual(drain(queue), secondLeft);

      waits.push(...push(queue, 1, 2, 3, 4, 5));
      assert.equal(reported.length, 2);
      assert.deepEqual(drain(queue), firstLeft);
      const refused = waits.filter((wait) => wait !== undefined);
      assert.equal(refused.length, overflow === "error" ? queue.dropped : 0);
      for (const wait of refused) {
        await assert.rejects(wait, {
          code: "OVERFLOW",
          message: 'Cannot publish on "a.b": the queue of "a.*" is full ' +
            "with 2 messages",
        });
      }
    });
  }
});

Deno.test("offer never waits, and a full queue drops and counts the delivery", async (t) => {
  const policies: [Overflow, left: unknown[]][] = [
    ["wait", [1, 2]],
    ["drop-oldest", [2, 3]],
    ["drop-newest", [1, 2]],
    ["error", [1, 2]],
  ];
  for (const [overflow, left] of policies) {
    await t.step(overflow, () => {
      const queue = make(overflow);
      for (const n of [1, 2, 3]) {
        queue.offer(new LocalDelivery("a.b", n, undefined));
      }
      assert.equal(queue.dropped, 1);
      assert.deepEqual(drain(queue), left);
      const reader = new NotingReader();
      queue.wait(reader);
      queue.offer(new LocalDelivery("a.b", 4, undefined));
      assert.equal(reader.got[0]?.message, 4);
    });
  }
});

Deno.test("A15 a requeued delivery comes first and is marked as redelivered, even if the queue is full", () => {
  const queue = make();
  push(queue, 1, 2);
  const inFlight = queue.shift()!;
  push(queue, 3);
  queue.requeue(inFlight);
  assert.equal(queue.length, 3);
  const again = queue.shift()!;
  assert.equal(again.message, 1);
  assert(again.redelivered);
  assert.equal(again.id, inFlight.id);
  assert.deepEqual(drain(queue), [2, 3]);
});

Deno.test("A15 a requeued delivery goes to a waiting reader", () => {
  const queue = make();
  const reader = new NotingReader();
  push(queue, 1);
  const inFlight = queue.shift()!;
  queue.wait(reader);
  queue.requeue(inFlight);
  assert.deepEqual(
    reader.got.map(({ message, redelivered }) => [message, redelivered]),
    [[1, true]],
  );
});

Deno.test("A15 requeued deliveries of several loops keep their order, for waiting and later readers", () => {
  const queue = make();
  const readers = [1, 2].map(() => new NotingReader());
  push(queue, 1, 2, 3, 4);
  const inFlight = [1, 2, 3, 4].map(() => queue.shift()!);
  for (const reader of readers) queue.wait(reader);
  queue.requeue(...inFlight);
  const got = readers.map((reader) => reader.got.map(({ message }) => message));
  assert.deepEqual(got, [[1], [2]]);
  assert.deepEqual(drain(queue), [3, 4]);
});

Deno.test("removeReaders ends the removed readers, and the others keep waiting", () => {
  const queue = make();
  const readers = [1, 2, 3].map(() => new NotingReader());
  for (const reader of readers) queue.wait(reader);
  queue.removeReaders((reader) => reader === readers[1]);
  push(queue, 1, 2, 3);
  assert.deepEqual(readers.map(({ ended }) => ended), [0, 1, 0]);
  assert.deepEqual(readers.map(({ got }) => got.length), [1, 0, 1]);
});

Deno.test("end() rejects waiting publishes, and queued deliveries can still be read", async () => {
  const queue = make();
  const waiting = push(queue, 1, 2, 3)[2]!;
  queue.end(CLOSED);
  await assert.rejects(waiting, CLOSED);
  assert(queue.closed);
  assert.deepEqual(push(queue, 4), [undefined]);
  assert.deepEqual(drain(queue), [1, 2]);
});

Deno.test("close() drops queued deliveries, resolves waiting publishes and ends waiting readers", async () => {
  const queue = make();
  const reader = new NotingReader();
  const waiting = push(queue, 1, 2, 3)[2]!;
  queue.close();
  await waiting;
  assert.deepEqual(drain(queue), []);
  const idle = make();
  idle.wait(reader);
  idle.close();
  assert.equal(reader.ended, 1);
});

Deno.test("waitingPublishers of a full queue excludes aborted publishers", async () => {
  const queue = make("wait");
  push(queue, 1, 2);
  assert.equal(queue.waitingPublishers, 0);
  const stop = new AbortController();
  const { signal } = stop;
  const [third] = push(queue, 3);
  const gone = [4, 5, 6].map((n) =>
    queue.push(new LocalDelivery("a.b", n, undefined), { signal })
  );
  assert.equal(queue.waitingPublishers, 4);
  stop.abort();
  await Promise.allSettled(gone);
  assert.equal(queue.waitingPublishers, 1);
  queue.shift();
  await third;
  assert.equal(queue.waitingPublishers, 0);
  queue.close();
});

Deno.test("a delivery for which where returns false is not queued, received or counted", async (t) => {
  const ways = {
    push: (queue: DeliveryQueue, message: number) => push(queue, message)[0],
    offer: (queue: DeliveryQueue, message: number) =>
      queue.offer(new LocalDelivery("a.b", message, undefined)),
  };
  for (const [name, enter] of Object.entries(ways)) {
    for (
      const overflow of ["wait", "drop-oldest", "drop-newest", "error"] as const
    ) {
      await t.step(`${name}, ${overflow}`, () => {
        const queue = make(overflow);
        queue.where = ({ message }) => (message as number) % 2 === 0;
        for (const n of [2, 3, 4, 5]) {
          assert.equal(enter(queue, n), undefined);
        }
        assert.equal(queue.length, 2);
        assert.equal(queue.waitingPublishers, 0);
        assert.equal(queue.dropped, 0);
        assert.deepEqual(drain(queue), [2, 4]);
        const reader = new NotingReader();
        queue.wait(reader);
        for (const n of [7, 8]) enter(queue, n);
        assert.deepEqual(reader.got.map(({ message }) => message), [8]);
      });
    }
  }
});

Deno.test("an error thrown by where is counted as a drop and does not reach the publisher", () => {
  const queue = make();
  queue.where = () => {
    throw new Error("it is picky");
  };
  assert.deepEqual(push(queue, 1, 2), [undefined, undefined]);
  queue.offer(new LocalDelivery("a.b", 3, undefined));
  assert.deepEqual(drain(queue), []);
  assert.equal(queue.dropped, 3);
});

Deno.test("the where filter is called once per delivery, and never after the queue is closed", () => {
  const queue = make("drop-newest");
  const asked: unknown[] = [];
  queue.where = ({ message }) => asked.push(message) > 0;
  push(queue, 1, 2, 3);
  queue.offer(new LocalDelivery("a.b", 4, undefined));
  queue.close();
  push(queue, 5);
  assert.deepEqual(asked, [1, 2, 3, 4]);
});

Deno.test("a where filter that closes its queue leaves the queue empty", () => {
  const queue = make();
  queue.where = () => {
    queue.close();
    return true;
  };
  push(queue, 1);
  assert.equal(queue.length, 0);
});
