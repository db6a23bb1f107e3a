import { CaryatidError, type Context, defineTopic } from "@caryatid/sdk";
import { z } from "zod";
import assert from "node:assert/strict";
import { CapturedLogs } from "../testing/captured_logs.ts";
import { ManualClock } from "../testing/manual_clock.ts";
import { module, silentProcess } from "../testing/silent_process.ts";

Deno.test("D10 a module with rights reaches its own topics and no others, in both directions", async (t) => {
  const { process, context } = await started({
    publish: ["mine.#"],
    subscribe: ["yours.#"],
  });
  await using _ = process;
  await t.step("a granted publish arrives", async () => {
    const received = process.context.subscribe("#");
    await received.ready;
    await context.publish("mine.a", 1);
    assert.deepEqual(await next(received), { topic: "mine.a", message: 1 });
  });
  await t.step("a granted subscription receives", async () => {
    const received = context.subscribe("yours.*");
    await received.ready;
    await process.context.publish("yours.b", 2);
    assert.deepEqual(await next(received), { topic: "yours.b", message: 2 });
  });
  await t.step(
    "another publish rejects and reaches no subscriber",
    async () => {
      const received = process.context.subscribe("#");
      await received.ready;
      await assert.rejects(context.publish("yours.b", 3), forbidden("publish"));
      await process.context.publish("sentinel", null);
      assert.equal((await next(received)).topic, "sentinel");
    },
  );
  await t.step("a wider pattern throws, also where a right lies in it", () => {
    for (const pattern of ["#", "mine.a", "*.b"]) {
      assert.throws(() => context.subscribe(pattern), forbidden("subscribe"));
    }
  });
  await t.step("kinds without a list are not restricted", async () => {
    context.handle("anything", ({ message }) => message);
    assert.equal(await context.request("anything", 4), 4);
  });
});

Deno.test("D10 requests and handlers need their rights", async () => {
  const { process, context } = await started({
    request: ["ask.*"],
    handle: ["answer.#"],
  });
  await using _ = process;
  process.context.handle("ask.me", () => "yes");
  context.handle("answer.*", () => "of mine");
  assert.equal(await context.request("ask.me", null), "yes");
  assert.equal(await process.context.request("answer.it", null), "of mine");
  await assert.rejects(
    context.request("answer.it", null),
    forbidden("request"),
  );
  assert.throws(
    () => context.handle("ask.me", () => "no"),
    forbidden("handle"),
  );
  assert.throws(() => context.handle("#", () => "no"), forbidden("handle"));
});

Deno.test("D10 typed topics are judged by their name", async () => {
  const number = z.object({ n: z.number() });
  const mine = defineTopic("mine.number", number);
  const yours = defineTopic("yours.number", number);
  const { process, context } = await started({
    publish: ["mine.*"],
    subscribe: ["mine.*"],
  });
  await using _ = process;
  const received = context.subscribe(mine);
  await received.ready;
  await context.publish(mine, { n: 1 });
  assert.deepEqual(await next(received), {
    topic: "mine.number",
    message: { n: 1 },
  });
  await assert.rejects(context.publish(yours, { n: 1 }), forbidden("publish"));
  assert.throws(() => context.subscribe(yours), forbidden("subscribe"));
});

Deno.test("D10 B11 a subscription to # receives requests and no answers to others", async () => {
  const { process, context } = await started({
    subscribe: ["#"],
    groups: ["spies"],
  });
  await using _ = process;
  const id = "0123456789abcdef";
  const received = context.subscribe("#");
  const members = context.subscribe("#", { group: "spies" });
  await Promise.all([received.ready, members.ready]);
  for (const topic of [`x._request.${id}`, `x._response.${id}`, "sentinel"]) {
    await process.context.publish(topic, null);
  }
  for (const one of [received, members]) {
    const topics = [(await next(one)).topic, (await next(one)).topic];
    assert.deepEqual(topics, [`x._request.${id}`, "sentinel"]);
  }
});

Deno.test("D10 the monitor counts allowed calls, not forbidden ones", async () => {
  const { process, context } = await started({ publish: ["mine"] }, {
    monitor: {},
  });
  await using _ = process;
  await context.publish("mine", 1);
  await assert.rejects(context.publish("yours", 1), forbidden("publish"));
  const { writes } = process.monitor.snapshot().modules["guest"]!;
  assert.deepEqual(Object.keys(writes), ["mine"]);
});

Deno.test("D10 a restarted module has the same rights", async () => {
  using _ = new CapturedLogs();
  const clock = new ManualClock();
  const contexts: Context[] = [];
  const again = Promise.withResolvers<void>();
  const guest = module("guest", (context) => {
    if (contexts.push(context) === 2) again.resolve();
    context.run(() =>
      contexts.length === 1
        ? Promise.reject(new Error("once"))
        : Promise.resolve()
    );
  });
  await using process = await silentProcess([guest], {
    module: {
      guest: { "on-failure": "restart", permissions: { publish: ["mine"] } },
    },
  }, { clock });
  await process.start();
  await clock.wake();
  await again.promise;
  await contexts[1]!.publish("mine", 1);
  await assert.rejects(contexts[1]!.publish("yours", 1), forbidden("publish"));
});

Deno.test("D10 the second of two swaps at once keeps no right that only the first was granted", async () => {
  using _logs = new CapturedLogs();
  const granted = (...subscribe: string[]) => ({
    config: { module: { guest: { permissions: { subscribe } } } },
  });
  const listener = (...patterns: string[]) =>
    module("guest", (context) => {
      for (const pattern of patterns) context.subscribe(pattern);
    });
  const process = await silentProcess([listener("a")], granted("a").config, {
    swappable: true,
  });
  await process.start();
  const [first, second] = await Promise.allSettled([
    process.swap("guest", listener("a", "b"), granted("a", "b")),
    process.swap("guest", listener("a", "b"), granted("a")),
  ]);
  await process.stop();
  assert.equal(first.status, "fulfilled");
  assert.equal(second.status, "rejected");
  assert(forbidden("subscribe")(second.reason.cause));
});

Deno.test("a module that fails by its rights is logged with the line of TOML that it lacks", async () => {
  using logs = new CapturedLogs();
  const guest = module("guest", (context) => {
    context.run(() => context.publish("yours", 1));
  });
  await using process = await silentProcess([guest], {
    module: { guest: { permissions: { publish: ["mine"] } } },
    log: { level: "info" },
  });
  await process.run();
  Deno.exitCode = 0;
  assert.match(
    logs.lines.join("\n"),
    /Cannot publish on "yours" as module "guest": .* \(Add "yours" to publish of \[module\.guest\.permissions\] in <config 2>\. Set on-failure of/,
  );
});

Deno.test("D10 the startup message reaches only modules with the right to its topic", async () => {
  const received = Promise.withResolvers<string>();
  const listener = module("listener", (context) => {
    const started = context.subscribe("system.started");
    context.run(async () => received.resolve((await next(started)).topic));
  });
  const config = (subscribe: string[]) => ({
    global: { startup: { topic: "system.started" } },
    module: { listener: { permissions: { subscribe } } },
  });
  await using process = await silentProcess(
    [listener],
    config(["system.started"]),
  );
  await process.start();
  assert.equal(await received.promise, "system.started");
  await using other = await silentProcess([listener], config(["system.*.x"]));
  await assert.rejects(other.start(), (error: CaryatidError) => {
    assert.equal(error.code, "INIT_FAILED");
    assert.equal((error.cause as CaryatidError).code, "FORBIDDEN");
    return true;
  });
});

Deno.test("an error of rights names the line of TOML to add, by file and line", async () => {
  const file = await Deno.makeTempFile({ suffix: ".toml" });
  try {
    await Deno.writeTextFile(
      file,
      '[module.guest]\n[module.guest.permissions]\nsubscribe = []\npublish = ["mine"]\n',
    );
    const { process, context } = await started(
      undefined,
      {},
      new URL(`file://${file}`),
    );
    await using _ = process;
    await assert.rejects(context.publish("yours", 1), {
      hint:
        `Add "yours" to publish of [module.guest.permissions] in ${file}:4.`,
    });
    assert.throws(() => context.subscribe("#"), {
      hint: `Add "#" to subscribe of [module.guest.permissions] in ${file}:3.`,
    });
  } finally {
    await Deno.remove(file);
  }
});

/**
 * A process with one module of these topic rights, and that module's context.
 */
async function started(
  permissions: Record<string, readonly string[]> | undefined,
  config: Record<string, unknown> = {},
  file?: URL,
) {
  const inside = Promise.withResolvers<Context>();
  const guest = module("guest", (context) => inside.resolve(context));
  const inputs = [
    ...file ? [file] : [],
    { module: { guest: permissions ? { permissions } : {} }, ...config },
  ];
  const process = await silentProcess([guest], {}, {
    config: [{ log: { level: "error" } }, ...inputs],
  });
  await process.start();
  return { process, context: await inside.promise };
}

function forbidden(kind: string): (error: CaryatidError) => true {
  const doing = {
    publish: "publish on",
    subscribe: "subscribe to",
    request: "make a request on",
    handle: "handle",
  }[kind];
  return (error) => {
    assert(error instanceof CaryatidError, String(error));
    assert.equal(error.code, "FORBIDDEN");
    assert(error.message.startsWith(`Cannot ${doing} `), error.message);
    assert(error.message.includes('as module "guest"'), error.message);
    return true;
  };
}

async function next(
  received: AsyncIterable<
    { readonly topic: string; readonly message: unknown }
  >,
) {
  const { value } = await received[Symbol.asyncIterator]().next();
  const { topic, message } = value;
  return { topic, message };
}
