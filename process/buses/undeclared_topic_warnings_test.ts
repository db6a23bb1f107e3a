import { type Context, defineModule, type Topics } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { UndeclaredTopicWarnings } from "./stack.ts";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { NotedLog } from "../testing/noted_log.ts";
import { silentProcess } from "../testing/silent_process.ts";

Deno.test("a module that uses undeclared topics is warned once for each use and topic, and continues", async () => {
  using logs = new CapturedLogs();
  const shop = defineModule({
    name: "shop",
    topics: { publish: ["out.*"] },
    init(context) {
      context.handle("q.*", ({ message }) => message);
      for (let twice = 0; twice < 2; twice++) context.subscribe("in.#");
      context.run(async () => {
        for (const topic of ["out.a", "in.b", "in.b", 'in."\n"']) {
          await context.publish(topic, 1);
        }
        assert.equal(await context.request("q.1", "a"), "a");
      });
    },
  });
  await using process = await silentProcess([shop]);
  await process.start();
  const found = await logs.until("caryatid.shop", 5);
  const add = (use: string) => `(add it to topics.${use} of its definition)`;
  const lines = logs.lines.filter((line) => !/ready in/.test(line));
  assert.deepEqual(lines.slice(-found.length), [
    `caryatid.shop: the module handles "q.*", which it does not declare ${
      add("handle")
    }`,
    `caryatid.shop: the module subscribes to "in.#", which it does not declare ${
      add("subscribe")
    }`,
    `caryatid.shop: the module publishes on "in.b", which it does not declare ${
      add("publish")
    }`,
    `caryatid.shop: the module publishes on "in.\\"\\n\\"", which it does not declare ${
      add("publish")
    }`,
    `caryatid.shop: the module requests on "q.1", which it does not declare ${
      add("request")
    }`,
  ]);
  for (const { level } of found) assert.equal(level, "warning");
});

Deno.test("UndeclaredTopicWarnings logs 100 topics of one use, and that it logs no more", () => {
  const log = new NotedLog();
  const warnings = new UndeclaredTopicWarnings(log);
  for (let i = 0; i < 1_000; i++) warnings.warn("publish", `a.${i}`);
  assert.equal(log.lines.length, 100);
  assert.match(
    log.lines.at(-1)!,
    /; no further undeclared topics of this use are logged$/,
  );
  warnings.warn("request", "a.0");
  assert.match(log.lines.at(-1)!, /^warn the module requests on "a\.0"/);
});

Deno.test("an invalid declaration of topics rejects the start, and names the place", async (t) => {
  const init = (_: Context) => {};
  const wrong: [topics: (section: unknown) => Topics, code: string][] = [
    [() => ({ publish: ["x".repeat(256)] }), "INVALID_TOPIC"],
    [() => ({ publish: "a" }) as never, "INVALID_OPTION"],
    [() => (undefined as never as { a: Topics }).a, "LOAD_FAILED"],
  ];
  for (const [topics, code] of wrong) {
    await t.step(code, async () => {
      const module = defineModule({ name: "wrong", topics, init });
      await using process = await silentProcess([module]);
      await assert.rejects(process.start(), { code });
    });
  }
});

Deno.test("a restarted module is not warned again", async () => {
  using logs = new CapturedLogs();
  const clock = new ManualClock();
  let starts = 0;
  const again = Promise.withResolvers<void>();
  const shop = defineModule({
    name: "shop",
    topics: {},
    init(context) {
      context.run(async () => {
        await context.publish("out", 1);
        if (++starts > 1) again.resolve();
        else throw new Error("once");
      });
    },
  });
  await using process = await silentProcess([shop], {
    module: { shop: { "on-failure": "restart" } },
  }, { clock });
  await process.start();
  await clock.wake();
  await again.promise;
  const warnings = logs.lines.filter((line) => line.includes("publishes on"));
  assert.equal(warnings.length, 1);
});
