import assert from "node:assert/strict";
import { CaryatidError } from "../errors.ts";
import type { Accept } from "../subscription.ts";
import { DerivedDelivery, LocalDelivery } from "./local_delivery.ts";
import {
  asking,
  evenTimesTen,
  later,
  make,
  push,
} from "./testing/queue_subject.ts";

Deno.test("accept replaces or rejects deliveries, and onDone receives the originals in order", async (t) => {
  for (const [name, accept] of Object.entries({ evenTimesTen, later })) {
    await t.step(`${name}, for queued deliveries`, async () => {
      const { queue, done, subscription, loop } = make(accept);
      push(queue, 1, 2, 3, 5, 4, 7);
      assert.deepEqual([await loop(), await loop()], [20, 40]);
      const waiting = loop();
      push(queue, 6);
      assert.equal(await waiting, 60);
      assert.deepEqual(done, [1, 2, 3, 5, 4, 7]);
      assert.equal(subscription.dropped, 4);
    });

    await t.step(`${name}, for a waiting loop`, async () => {
      const { queue, done, subscription, loop } = make(accept);
      const waiting = loop();
      assert.equal(subscription.readers, 1);
      push(queue, 1, 2, 3, 4);
      assert.equal(await waiting, 20);
      assert.equal(subscription.readers, 0);
      assert.equal(await loop(), 40);
      assert.deepEqual(done, [1, 2, 3]);
      assert.equal(subscription.dropped, 2);
    });
  }
});

Deno.test("onRefused receives a rejected delivery with its error, and onDone is not called", async (t) => {
  for (const [name, accept] of Object.entries({ evenTimesTen, later })) {
    await t.step(name, async () => {
      const refused: unknown[] = [];
      const { queue, done, loop } = make(accept, {
        onRefused: ({ message }, error) =>
          refused.push([message, (error as Error).message]),
      });
      push(queue, 1, 2, 3);
      await loop();
      const waiting = loop();
      push(queue, 4);
      await waiting;
      assert.deepEqual(refused, [[1, "1 is odd"], [3, "3 is odd"]]);
      assert.deepEqual(done, [2]);
    });
  }
});

Deno.test("an asynchronous accept receives one delivery at a time", async () => {
  const { asked, accept } = asking();
  const { queue, subscription, loop } = make(accept);
  const waiting = loop();
  push(queue, 1, 2, 3);
  assert.equal(asked.length, 1);
  const { queued, inFlight, readers } = subscription;
  assert.deepEqual({ queued, inFlight, readers }, {
    queued: 2,
    inFlight: 1,
    readers: 0,
  });
  const others = [loop(), loop()];
  assert.deepEqual([asked.length, subscription.readers], [1, 2]);
  for (const n of [0, 1, 2]) {
    asked[n]!.resolve(new LocalDelivery("a.b", n, undefined));
    await [waiting, ...others][n];
  }
  assert.deepEqual(await Promise.all([waiting, ...others]), [0, 1, 2]);
});

Deno.test("50,000 refusals in a row do not overflow the stack", async (t) => {
  for (const [name, accept] of Object.entries({ evenTimesTen, later })) {
    await t.step(name, async () => {
      const { queue, subscription, loop } = make(accept);
      for (let i = 0; i < 50_000; i++) push(queue, 1);
      push(queue, 2);
      assert.equal(await loop(), 20);
      assert.equal(subscription.dropped, 50_000);
    });
  }
});

Deno.test("a delivery that arrives while accept runs is not lost", async () => {
  const { queue, loop } = make((delivery) => {
    if (delivery.message === "first") {
      push(queue, "second");
      throw new Error("refused");
    }
    return delivery;
  });
  const waiting = loop();
  push(queue, "first");
  assert.equal(await waiting, "second");
});

Deno.test("next() called ahead finishes the step before it", async () => {
  const { queue, done, subscription, loop } = make();
  const waiting = [loop(), loop(), loop()];
  assert.equal(subscription.readers, 3);
  push(queue, 1, 2);
  assert.deepEqual(await Promise.all(waiting.slice(0, 2)), [1, 2]);
  assert.deepEqual(done, [1, 2]);
  await subscription.close();
  assert.equal(await waiting[2], undefined);
});

Deno.test("a message that accept mutates is detected, also if accept rejects it", async (t) => {
  for (const refuses of [false, true]) {
    await t.step(refuses ? "refused" : "accepted", async () => {
      const accept: Accept = (delivery) => {
        (delivery.message as { n: number }).n++;
        if (refuses) throw new Error("refused");
        return new DerivedDelivery(delivery, "another", false);
      };
      const { queue, loop } = make(accept, {
        inspect: ({ message }, _, handedOut) =>
          (message as { n: number }).n === 0
            ? undefined
            : new CaryatidError("MESSAGE_MUTATED", `${handedOut}`),
      });
      for (const early of [true, false]) {
        if (early) push(queue, { n: 0 });
        const waiting = loop();
        if (!early) push(queue, { n: 0 });
        if (!refuses) assert.equal(await waiting, "another");
        await assert.rejects(refuses ? waiting : loop(), {
          code: "MESSAGE_MUTATED",
          message: "true",
        });
      }
    });
  }
});

Deno.test("a loop no longer waits after 16 awaited publishes", async () => {
  const { queue, subscription } = make();
  const received: unknown[] = [];
  const waiting: boolean[] = [];
  const all = Array.from({ length: 64 }, (_, n) => n);
  const read = (async () => {
    for await (const { message } of subscription) {
      if (received.push(message) === all.length) break;
    }
  })();
  for (const n of all) {
    waiting.push(subscription.readers > 0);
    push(queue, n);
    await null;
  }
  await read;
  assert.deepEqual(received, all);
  assert.deepEqual(waiting, all.map((n) => n < 16));
});
