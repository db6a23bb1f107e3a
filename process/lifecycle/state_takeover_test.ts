import { type Context, defineModule } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { z } from "zod";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { silentProcess } from "../testing/silent_process.ts";
import type { Process } from "../process.ts";

/** Returns a module that counts messages over swaps. */
function counter(received: unknown[], keep?: (context: Context) => void) {
  return defineModule({
    name: "counter",
    state: z.object({ count: z.number() }),
    init(context, _, { previous }) {
      received.push(previous);
      let count = previous?.count ?? 0;
      const work = context.subscribe("work");
      if (keep) keep(context);
      else context.keep(() => ({ count }));
      context.run(async () => {
        for await (const _ of work) count++;
      });
    },
  });
}

async function started(module: ReturnType<typeof counter>): Promise<Process> {
  const process = await silentProcess([module], {}, { swappable: true });
  await process.start();
  return process;
}

Deno.test("the code of a swap receives a copy of the state that the replaced code kept", async () => {
  const received: unknown[] = [];
  const process = await started(counter(received));
  for (let n = 0; n < 3; n++) await process.context.publish("work", n);
  await process.swap("counter", counter(received));
  await process.context.publish("work", 3);
  await process.swap("counter", counter(received));
  await process.stop();
  assert.deepEqual(received, [undefined, { count: 3 }, { count: 4 }]);
});

Deno.test("a state with an asynchronous function is awaited", async () => {
  const received: unknown[] = [];
  const slow = (context: Context) =>
    context.keep(() => Promise.resolve({ count: 7 }));
  const process = await started(counter(received, slow));
  await process.swap("counter", counter(received));
  await process.stop();
  assert.deepEqual(received, [undefined, { count: 7 }]);
});

Deno.test("old code that starts again receives the state that it kept", async () => {
  const received: unknown[] = [];
  const process = await started(counter(received));
  await process.context.publish("work", 1);
  const broken = defineModule({
    name: "counter",
    init() {
      throw new Error("broken");
    },
  });
  await assert.rejects(process.swap("counter", broken), {
    code: "INIT_FAILED",
  });
  await process.stop();
  assert.deepEqual(received, [undefined, { count: 1 }]);
});

const BAD_STATES: [why: string, state: () => unknown, reason: RegExp][] = [
  [
    "is not data",
    () => ({ count: () => {} }),
    /STATE_NOT_KEPT.*Cannot encode "state\.count": it is a function/,
  ],
  [
    "is a list with an item that is not data",
    () => [{ run: () => {} }],
    /STATE_NOT_KEPT.*Cannot encode "state\[0\]\.run": it is a function/,
  ],
  [
    "is too large",
    () => ({ count: 1, more: "x".repeat(1024 * 1024) }),
    /STATE_NOT_KEPT.*Cannot keep the state: .*expected at most 1048576/,
  ],
  [
    "throws",
    () => {
      throw new Error("boom");
    },
    /STATE_NOT_KEPT.*boom/,
  ],
  [
    "does not fit the schema of the new code",
    () => ({ count: "three" }),
    /STATE_NOT_KEPT.*does not match.*expected number/,
  ],
];

for (const [why, state, reason] of BAD_STATES) {
  Deno.test(`a state that ${why} is logged, and the swap continues without it`, async () => {
    using logs = new CapturedLogs();
    const received: unknown[] = [];
    const keep = (context: Context) => context.keep(state);
    const process = await started(counter(received, keep));
    await process.swap("counter", counter(received));
    await process.stop();
    assert.deepEqual(received, [undefined, undefined]);
    assert.match(logs.lines.join("\n"), reason);
  });
}

Deno.test("a module that is restarted after a failure receives no state", async () => {
  using _logs = new CapturedLogs();
  const received: unknown[] = [];
  const again = Promise.withResolvers<void>();
  const failing = defineModule({
    name: "counter",
    init(context, _, { previous }) {
      received.push(previous);
      context.keep(() => 1);
      if (received.length > 1) again.resolve();
      else context.run(() => Promise.reject(new Error("once")));
    },
  });
  const clock = new ManualClock();
  const config = { module: { counter: { "on-failure": "restart" } } };
  const process = await silentProcess([failing], config, { clock });
  await process.start();
  await clock.wake();
  await again.promise;
  await process.stop();
  assert.deepEqual(received, [undefined, undefined]);
});
