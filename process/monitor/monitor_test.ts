import { defineModule } from "@caryatid/sdk";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import assert from "node:assert/strict";
import type { SnapshotMessage } from "../snapshots/snapshot_message.ts";
import { Process } from "../process.ts";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { module, silentProcess } from "../testing/silent_process.ts";

/** Folder in which a test may write. */
class Folder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync();
  readonly output = `${this.path}/monitor.json`;

  read(): Record<string, Record<string, Record<string, unknown>>> {
    return JSON.parse(Deno.readTextFileSync(this.output));
  }

  /** Resolves when the file has this in it. */
  async until(text: string): Promise<void> {
    for (const end = performance.now() + 60_000;;) {
      const found = await Deno.readTextFile(this.output).catch(() => "");
      if (found.includes(text)) return;
      assert(performance.now() < end, `${text} is not in the file:\n${found}`);
      await yieldToEventLoop();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

const echo = defineModule({
  name: "echo",
  init(context) {
    const received = context.subscribe("hello.*");
    context.run(async () => {
      for await (const { message } of received) {
        await context.publish(`answer.${context.id}`, message);
      }
    });
  },
});

Deno.test("a process without [monitor] has a monitor that is off and empty", async () => {
  await using process = await silentProcess([echo]);
  await process.start();
  await process.context.publish("hello.world", 1);
  assert.equal(process.monitor.enabled, false);
  assert.deepEqual(Object.keys(process.monitor.snapshot().modules), []);
});

Deno.test("an empty [monitor] counts by module id: two modules of one class are two", async () => {
  await using process = await Process.create({
    config: `
      [module.first]
      class = "echo"
      [module.second]
      class = "echo"
      [monitor]
      [log]
      level = "error"
    `,
    modules: [echo],
    env: {},
  });
  await process.start();
  for (let n = 0; n < 3; n++) await process.context.publish("hello.world", n);
  await process.stop();
  const { modules } = process.monitor.snapshot();
  assert.equal(process.monitor.enabled, true);
  assert.deepEqual(Object.keys(modules), ["first", "process", "second"]);
  assert.equal(modules.process?.writes["hello.world"]?.written, 3);
  for (const id of ["first", "second"]) {
    assert.equal(modules[id]?.reads["hello.*"]?.read, 3, id);
    assert.deepEqual(Object.keys(modules[id]!.writes), [`answer.${id}`]);
    assert.equal(modules[id]?.writes[`answer.${id}`]?.written, 3, id);
  }
});

Deno.test("a restarted module keeps its counts, and its unread messages are counted", async () => {
  using _logs = new CapturedLogs();
  const clock = new ManualClock();
  const failing = module("failing", (context) => {
    const received = context.subscribe("work");
    context.run(async () => {
      for await (const { message } of received) {
        await context.publish("done", message);
        if (message === 2) throw new Error("two is too much");
      }
    });
  });
  await using process = await silentProcess([failing], {
    module: { failing: { "on-failure": "restart" } },
    monitor: {},
  }, { clock });
  await process.start();
  const { context, monitor } = process;
  const counts = () => {
    const { reads, writes } = monitor.snapshot().modules.failing!;
    const { read, unread } = reads.work!;
    return [read, unread, writes.done?.written];
  };
  const done = context.subscribe("done")[Symbol.asyncIterator]();
  for (const n of [1, 2]) {
    await context.publish("work", n);
    await done.next();
  }
  await yieldToEventLoop();
  for (const n of [3, 4]) await context.publish("work", n);
  assert.deepEqual(counts(), [2, 2, 2]);
  await clock.wake();
  await done.next();
  await done.next();
  assert.deepEqual(counts(), [4, 0, 4]);
});

Deno.test("[monitor] output is written at the start, at its frequency, and at the end", async () => {
  await using folder = new Folder();
  const clock = new ManualClock();
  const process = await silentProcess([echo], {
    monitor: { output: folder.output, frequency_secs: 2 },
  }, { clock });
  await process.start();
  await folder.until('"read": 0');
  await process.context.publish("hello.world", 1);
  await yieldToEventLoop();
  assert.equal(await clock.wake(), 2_000);
  await folder.until('"read": 1');
  assert.deepEqual(folder.read().echo?.reads, {
    "hello.*": { read: 1, pending_for: "2s", rate: 0.5 },
  });
  await process.context.publish("hello.world", 2);
  await process.stop();
  assert.deepEqual(folder.read(), {
    echo: {
      reads: { "hello.*": { read: 2, rate: 0.5 } },
      writes: { "answer.echo": { written: 2, rate: 0.5 } },
    },
    process: {
      reads: {},
      writes: { "hello.world": { written: 2, rate: 0.5 } },
    },
  });
});

Deno.test("after a late stop the file names the waiting publisher and the full queue", async () => {
  await using folder = new Folder();
  const slow = module("slow", (context) => {
    const received = context.subscribe("work.#", { queueSize: 1 });
    context.run(async () => {
      for await (const _ of received) await new Promise(() => {});
    });
  });
  const publisher = module("publisher", (context) => {
    context.run(async () => {
      for (;;) await context.publish("work.hard", null);
    });
  });
  const process = await silentProcess([slow, publisher], {
    monitor: { output: folder.output },
    lifecycle: { "stop-deadline": 0.1 },
  });
  await process.start();
  await assert.rejects(process.stop(), { code: "DRAIN_TIMEOUT" });
  const { slow: reader, publisher: writer } = folder.read();
  const { unread, in_flight, waiting_publishers } = reader!
    .reads!["work.#"] as never;
  assert.deepEqual([unread, in_flight, waiting_publishers], [1, 1, 1]);
  const { written, waiting, pending_for, waits_for } = writer!
    .writes!["work.hard"] as never;
  assert.deepEqual([written, waiting], [2, 1]);
  assert.match(pending_for, /^\d+(\.\d+)?(ms|s)$/);
  assert.deepEqual(waits_for, [{ module: "slow", pattern: "work.#" }]);
});

Deno.test("waiting publishers and full queues are reported over two buses and after a restart", async () => {
  const sleepy = module("sleepy", (context) => {
    context.subscribe("#", { queueSize: 1 });
  });
  await using process = await silentProcess([sleepy], {
    module: { sleepy: { "on-failure": "restart" } },
    "message-bus": {
      one: { class: "in-memory" },
      two: { class: "in-memory" },
    },
    "message-router": {
      route: [{ pattern: "a.#", bus: "one" }, { pattern: "#", bus: "two" }],
    },
    monitor: {},
  });
  await process.start();
  const stop = new AbortController();
  const { context, monitor } = process;
  const all = ["a.b", "a.b", "c", "c"].map((topic) =>
    context.publish(topic, 1, { signal: stop.signal })
  );
  const { modules } = monitor.snapshot();
  const { unread, waitingPublishers } = modules.sleepy!.reads["#"]!;
  assert.deepEqual([unread, waitingPublishers], [2, 2]);
  for (const topic of ["a.b", "c"]) {
    assert.deepEqual(modules.process?.writes[topic]?.waitsFor, [
      { module: "sleepy", pattern: "#" },
    ]);
  }
  stop.abort();
  await Promise.allSettled(all);
});

Deno.test("hostile topics are topics like any other, in the file too", async () => {
  await using folder = new Folder();
  const topics = ["__proto__", "constructor", "a\nb", '"', "\u{1F600}", ""];
  const process = await silentProcess([], {
    monitor: { output: folder.output },
  });
  await process.start();
  for (const topic of topics) await process.context.publish(topic, null);
  await process.stop();
  const { writes } = folder.read().process!;
  assert.deepEqual(Object.keys(writes!).sort(), topics.sort());
});

Deno.test("[monitor] publishes a snapshot for buswatch at its frequency, without a subscriber too", async () => {
  const clock = new ManualClock();
  clock.time = 1_000;
  await using process = await silentProcess([echo], {
    monitor: { topic: "caryatid.monitor.snapshot", frequency_secs: 1 },
  }, { clock });
  const deaf = process.context.subscribe("caryatid.#", { queueSize: 1 });
  const received = process.context.subscribe("caryatid.monitor.snapshot");
  const loop = received[Symbol.asyncIterator]();
  await process.start();
  for (let n = 0; n < 5; n++) {
    const { value } = await loop.next();
    const { version, timestamp_ms, modules } = value!
      .message as SnapshotMessage;
    assert.deepEqual(version, { major: 1, minor: 0 });
    assert.equal(timestamp_ms, 1_000 + n * 1_000);
    assert.equal(modules.echo?.reads["hello.*"]?.count, 0);
    await clock.wake();
  }
  await yieldToEventLoop();
  assert.deepEqual([deaf.queued, deaf.waitingPublishers], [1, 1]);
  assert.equal(process.monitor.dropped, 4);
});

Deno.test({
  name:
    "a process that may not write its [monitor] output does not start and names the flags",
  permissions: { read: true, env: true, sys: ["osRelease"] },
  async fn() {
    await using process = await silentProcess([echo], {
      monitor: { output: "/var/caryatid/monitor.json" },
    });
    await assert.rejects(process.start(), {
      code: "PERMISSION_DENIED",
      hint: "Run with --allow-write=/var/caryatid.",
    });
  },
});

Deno.test("a process whose [monitor] output cannot be written keeps running", async () => {
  await using folder = new Folder();
  using logs = new CapturedLogs();
  const process = await silentProcess([echo], {
    monitor: { output: `${folder.path}/none/monitor.json` },
  });
  await process.start();
  await process.context.publish("hello.world", 1);
  await process.stop();
  const warnings = logs.lines.filter((line) => line.includes("cannot write"));
  assert.equal(warnings.length, 1);
  const { echo: counts } = process.monitor.snapshot().modules;
  assert.equal(counts?.reads["hello.*"]?.read, 1);
});
