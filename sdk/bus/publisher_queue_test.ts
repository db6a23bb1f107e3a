import assert from "node:assert/strict";
import fc from "fast-check";
import { CaryatidError } from "../errors.ts";
import { VirtualClock } from "../testing/virtual_clock.ts";
import { Deadlines } from "./deadlines.ts";
import { LocalDelivery } from "./local_delivery.ts";
import { Ring } from "./collections.ts";
import {
  BackPressure,
  MAX_WAITING,
  PUBLISH_TIMEOUT,
  PublisherQueue,
} from "./publisher_queue.ts";

interface Waiting {
  readonly backPressure: BackPressure;
  readonly line: PublisherQueue;
  readonly clock: VirtualClock;
}

function make(): Waiting {
  const clock = new VirtualClock();
  const backPressure = new BackPressure(new Deadlines(clock));
  return {
    backPressure,
    line: new PublisherQueue(backPressure, "full.*"),
    clock,
  };
}

function delivery(message: unknown): LocalDelivery {
  return new LocalDelivery("full.up", message, undefined);
}

/** Returns the number of entries that `act` visits to remove settled ones. */
async function countSwept(act: () => Promise<void>): Promise<number> {
  const { remove } = Ring.prototype;
  let looks = 0;
  Ring.prototype.remove = function (unwanted) {
    looks += this.length;
    remove.call(this, unwanted);
  };
  try {
    await act();
  } finally {
    Ring.prototype.remove = remove;
  }
  return looks;
}

Deno.test("A11 an admitted publish cancels its deadline and removes its abort handler", async () => {
  const { clock } = make();
  let cancelled = 0;
  const backPressure = new BackPressure(
    new class extends Deadlines {
      override add(milliseconds: number, expire: () => void) {
        const deadline = super.add(milliseconds, expire);
        return {
          cancel: () => {
            cancelled++;
            deadline.cancel();
          },
        };
      }
    }(clock),
  );
  const counted = new PublisherQueue(backPressure, "full.*");
  const abort = new AbortController();
  const wait = counted.wait(delivery(1), { signal: abort.signal });
  assert.equal(counted.admit()?.message, 1);
  assert.equal(cancelled, 1);
  abort.abort();
  await clock.advance(PUBLISH_TIMEOUT);
  await wait;
});

Deno.test("A11 waiting publishes are admitted in the order of their calls", async () => {
  const { backPressure, line } = make();
  const waits = [1, 2, 3].map((n) => line.wait(delivery(n), undefined));
  assert.equal(backPressure.waiting, 3);
  for (const n of [1, 2, 3]) {
    assert.equal(line.admit()?.message, n);
    await waits[n - 1];
    assert.equal(backPressure.waiting, 3 - n);
  }
  assert.equal(line.admit(), undefined);
});

Deno.test("A11 a waiting publish rejects after 30 s, or after its own timeout", async () => {
  const { backPressure, line, clock } = make();
  const usual = assert.rejects(line.wait(delivery(1), undefined), {
    code: "OVERFLOW",
    message: 'Cannot publish on "full.up": the queue of "full.*" was ' +
      "still full after 30000 ms",
  });
  const patient = line.wait(delivery(2), { timeout: 40_000 });
  await clock.advance(29_999);
  assert.equal(backPressure.waiting, 2);
  await clock.advance(1);
  await usual;
  assert.equal(backPressure.waiting, 1);
  await clock.advance(9_999);
  assert.equal(line.admit()?.message, 2);
  await patient;
  await clock.advance(1);
});

Deno.test("A11 a signal rejects a waiting publish, which is then not admitted", async () => {
  const { backPressure, line } = make();
  const controller = new AbortController();
  const { signal } = controller;
  const waits = [1, 2, 3].map((n) =>
    line.wait(delivery(n), n === 2 ? { signal } : undefined)
  );
  const reason = new Error("had enough");
  controller.abort(reason);
  await assert.rejects(waits[1]!, { code: "ABORTED", cause: reason });
  assert.equal(backPressure.waiting, 2);
  assert.deepEqual([line.admit(), line.admit()].map((d) => d?.message), [1, 3]);
  await Promise.all([waits[0], waits[2]]);
  assert.equal(line.admit(), undefined);
});

Deno.test("A11 publishes that wait with one signal share one listener, which is removed", async () => {
  const { backPressure, line } = make();
  const { signal, abort } = countedSignal();
  const waits = [1, 2, 3, 4].map((n) => line.wait(delivery(n), { signal }));
  assert.equal(signal.listeners, 1);
  assert.equal(line.admit()?.message, 1);
  await waits[0];
  assert.equal(signal.listeners, 1);
  abort();
  for (const wait of waits.slice(1)) {
    await assert.rejects(wait, { code: "ABORTED" });
  }
  assert.equal(backPressure.waiting, 0);
  assert.equal(line.length, 0);
  assert.equal(signal.listeners, 0);
  assert.equal(line.admit(), undefined);
});

/** Returns a signal that counts its listeners, and a function that fires it. */
function countedSignal() {
  const controller = new AbortController();
  const signal = Object.assign(controller.signal, { listeners: 0 });
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  signal.addEventListener = (
    ...listener: Parameters<EventTarget["addEventListener"]>
  ) => {
    signal.listeners++;
    addEventListener.call(signal, ...listener);
  };
  signal.removeEventListener = (
    ...listener: Parameters<EventTarget["removeEventListener"]>
  ) => {
    signal.listeners--;
    removeEventListener.call(signal, ...listener);
  };
  return { signal, abort: () => controller.abort() };
}

Deno.test("wait rejects with INVALID_OPTION if the timeout is invalid, and nothing is queued", async () => {
  const { backPressure, line } = make();
  await assert.rejects(line.wait(delivery(1), { timeout: -1 }), {
    code: "INVALID_OPTION",
  });
  assert.equal(backPressure.waiting, 0);
  assert.equal(line.admit(), undefined);
});

Deno.test("F7 waiting publishers are admitted in order while others leave", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("wait", "leave", "admit"), { maxLength: 80 }),
      fc.infiniteStream(fc.nat()),
      async (steps, choices) => {
        const { backPressure, line } = make();
        const model: { n: number; controller: AbortController }[] = [];
        const settled: Promise<unknown>[] = [];
        for (const [n, step] of steps.entries()) {
          if (step === "wait") {
            const controller = new AbortController();
            const { signal } = controller;
            model.push({ n, controller });
            settled.push(line.wait(delivery(n), { signal }).catch(() => {}));
          } else if (step === "admit") {
            assert.equal(line.admit()?.message, model.shift()?.n);
          } else if (model.length > 0) {
            const { value } = choices.next();
            model.splice(value! % model.length, 1)[0]!.controller.abort();
          }
          assert.equal(backPressure.waiting, model.length);
        }
        line.releaseAll();
        await Promise.all(settled);
        assert.equal(backPressure.waiting, 0);
      },
    ),
  );
});

Deno.test("each aborted publish costs a few steps and is removed", async () => {
  const { backPressure, line } = make();
  const n = 5_000;
  const stays = line.wait(delivery("stays"), undefined);
  const looks = await countSwept(async () => {
    for (let i = 0; i < n; i++) {
      const controller = new AbortController();
      const { signal } = controller;
      const leaves = line.wait(delivery(i), { signal });
      controller.abort();
      await assert.rejects(leaves, { code: "ABORTED" });
    }
  });
  assert(looks >= n, `${looks} places swept: they were not forgotten`);
  assert(looks <= 4 * n, `${looks} places swept for ${n} who left`);
  assert.equal(backPressure.waiting, 1);
  assert.equal(line.admit()?.message, "stays");
  await stays;
});

Deno.test("D8 at one bus 65,536 publishes wait, one more is OVERFLOW", async () => {
  const { backPressure, line } = make();
  const other = new PublisherQueue(backPressure, "other");
  const waits = Array.from(
    { length: MAX_WAITING },
    (_, i) => line.wait(delivery(i), undefined),
  );
  for (const crowded of [line, other]) {
    await assert.rejects(crowded.wait(delivery("more"), undefined), {
      code: "OVERFLOW",
      message: /65536 publishes wait already$/,
    });
  }
  line.admit();
  const next = other.wait(delivery("next"), undefined);
  assert.equal(backPressure.waiting, MAX_WAITING);
  line.releaseAll();
  other.releaseAll();
  await Promise.all([...waits, next]);
  assert.equal(backPressure.waiting, 0);
});

Deno.test("releaseAll resolves all waiting publishes, or rejects them with an error", async () => {
  const { backPressure, line, clock } = make();
  const content = [1, 2].map((n) => line.wait(delivery(n), undefined));
  line.releaseAll();
  await Promise.all(content);
  const error = new CaryatidError("BUS_CLOSED", "Cannot continue");
  const refused = [1, 2].map((n) => line.wait(delivery(n), undefined));
  line.releaseAll(error);
  for (const one of refused) await assert.rejects(one, error);
  assert.equal(backPressure.waiting, 0);
  await clock.advance(60_000); // no deadline is left to reject twice
});
