import assert from "node:assert/strict";
import fc from "fast-check";
import { CaryatidError } from "../errors.ts";
import { VirtualClock } from "../testing/virtual_clock.ts";
import { Deadlines } from "./deadlines.ts";
import { LocalDelivery } from "./local_delivery.ts";
import { Ring } from "./ring.ts";
import { MOST_WAITING, WaitingLine, WaitingRoom } from "./waiting_room.ts";

interface Waiting {
  readonly room: WaitingRoom;
  readonly line: WaitingLine;
  readonly clock: VirtualClock;
}

function make(): Waiting {
  const clock = new VirtualClock();
  const room = new WaitingRoom(new Deadlines(clock));
  return { room, line: new WaitingLine(room, "full.*"), clock };
}

function delivery(message: unknown): LocalDelivery {
  return new LocalDelivery("full.up", message, undefined);
}

/** How many places of lines are looked at to sweep those who left. */
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

Deno.test("A11 those who wait are admitted first come, first served", async () => {
  const { room, line } = make();
  const waits = [1, 2, 3].map((n) => line.wait(delivery(n), undefined));
  assert.equal(room.waiting, 3);
  for (const n of [1, 2, 3]) {
    assert.equal(line.admit()?.message, n);
    await waits[n - 1];
    assert.equal(room.waiting, 3 - n);
  }
  assert.equal(line.admit(), undefined);
});

Deno.test("A11 the deadline of a wait is 30 s, or what the publish says", async () => {
  const { room, line, clock } = make();
  const usual = assert.rejects(line.wait(delivery(1), undefined), {
    code: "OVERFLOW",
    message: 'Cannot publish on "full.up": the queue of "full.*" was ' +
      "still full after 30000 ms",
  });
  const patient = line.wait(delivery(2), { timeout: 40_000 });
  await clock.advance(29_999);
  assert.equal(room.waiting, 2);
  await clock.advance(1);
  await usual;
  assert.equal(room.waiting, 1);
  await clock.advance(9_999);
  assert.equal(line.admit()?.message, 2);
  await patient;
  await clock.advance(1);
});

Deno.test("A11 a signal ends the wait, and who left is not admitted", async () => {
  const { room, line } = make();
  const controller = new AbortController();
  const { signal } = controller;
  const waits = [1, 2, 3].map((n) =>
    line.wait(delivery(n), n === 2 ? { signal } : undefined)
  );
  const reason = new Error("had enough");
  controller.abort(reason);
  await assert.rejects(waits[1]!, { code: "ABORTED", cause: reason });
  assert.equal(room.waiting, 2);
  assert.deepEqual([line.admit(), line.admit()].map((d) => d?.message), [1, 3]);
  await Promise.all([waits[0], waits[2]]);
  assert.equal(line.admit(), undefined);
});

Deno.test("an impossible timeout is INVALID_OPTION, and nobody waits", async () => {
  const { room, line } = make();
  await assert.rejects(line.wait(delivery(1), { timeout: -1 }), {
    code: "INVALID_OPTION",
  });
  assert.equal(room.waiting, 0);
  assert.equal(line.admit(), undefined);
});

Deno.test("F7 whoever stays is admitted in order, whoever else leaves", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("wait", "leave", "admit"), { maxLength: 80 }),
      fc.infiniteStream(fc.nat()),
      async (steps, choices) => {
        const { room, line } = make();
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
          assert.equal(room.waiting, model.length);
        }
        line.dismiss();
        await Promise.all(settled);
        assert.equal(room.waiting, 0);
      },
    ),
  );
});

Deno.test("those who leave cost a few steps each, and are forgotten", async () => {
  const { room, line } = make();
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
  assert.equal(room.waiting, 1);
  assert.equal(line.admit()?.message, "stays");
  await stays;
});

Deno.test("D8 at one bus 65,536 publishes wait, one more is OVERFLOW", async () => {
  const { room, line } = make();
  const other = new WaitingLine(room, "other");
  const waits = Array.from(
    { length: MOST_WAITING },
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
  assert.equal(room.waiting, MOST_WAITING);
  line.dismiss();
  other.dismiss();
  await Promise.all([...waits, next]);
  assert.equal(room.waiting, 0);
});

Deno.test("dismiss() lets all go, contentedly or with an error", async () => {
  const { room, line, clock } = make();
  const content = [1, 2].map((n) => line.wait(delivery(n), undefined));
  line.dismiss();
  await Promise.all(content);
  const error = new CaryatidError("BUS_CLOSED", "Cannot go on");
  const refused = [1, 2].map((n) => line.wait(delivery(n), undefined));
  line.dismiss(error);
  for (const one of refused) await assert.rejects(one, error);
  assert.equal(room.waiting, 0);
  await clock.advance(60_000); // no deadline is left to reject twice
});
