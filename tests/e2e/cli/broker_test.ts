import { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { take } from "../../../sdk/testing/conformance/take.ts";
import { openBus } from "../../broker/open_bus.ts";
import { openClient } from "../../broker/amqp_client.ts";
import { brokerTest } from "../../broker/shared_broker.ts";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

brokerTest(
  "publish sends a message to who listens",
  async ({ url, exchange }) => {
    await using bus = await openBus({ url, exchange });
    const received = bus.subscribe("order.#");
    await received.ready;
    const ran = await caryatid([
      ...["publish", "order.new", '{"total":12}'],
      ...["--url", url, "--exchange", exchange],
    ]);
    assert.deepEqual(ran, { code: 0, stdout: "", stderr: "" });
    const [delivery] = await take(received, 1);
    assert.equal(delivery!.topic, "order.new");
    assert.deepEqual(delivery!.message, { total: 12 });
  },
);

for (const how of ["SIGINT", "--count"] as const) {
  brokerTest(
    `spy prints what passes, and ends with 0 by ${how}`,
    async ({ url, exchange }) => {
      await using bus = await openBus({ url, exchange });
      await using spy = startCaryatid([
        ...["spy", "#", "--url", url, "--exchange", exchange],
        ...how === "--count" ? ["--count=1"] : [],
      ]);
      // A message before the subscription is not received.
      while (spy.lines.length === 0 && !spy.ended) {
        await bus.publish("a.b", [2n ** 60n, "x"]);
      }
      assert.equal(spy.lines[0], `a.b [{"$bigint":"${2n ** 60n}"},"x"]`);
      if (how === "SIGINT") spy.kill("SIGINT");
      assert.equal(await spy.exitCode(), 0);
      if (how === "--count") assert.equal(spy.lines.length, 1);
    },
  );
}

brokerTest(
  "request prints the answer, or reports NO_HANDLER",
  async ({ url, exchange }) => {
    const at = ["--url", url, "--exchange", exchange];
    await using bus = await openBus({ url, exchange });
    await bus.handle("price.of", ({ message }) => ({ of: message })).ready;
    assert.deepEqual(await caryatid(["request", "price.of", '"tea"', ...at]), {
      code: 0,
      stdout: '{"of":"tea"}',
      stderr: "",
    });
    const unhandled = await caryatid(["request", "unhandled", "1", ...at]);
    assert.equal(unhandled.code, 1);
    assert.match(unhandled.stderr, /^error \[NO_HANDLER\]/);
  },
);

brokerTest(
  "dead-letters lists, shows, replays and drops, and declares nothing",
  async ({ url, exchange }) => {
    const dead = `${exchange}.dead`;
    await using bus = await openBus({
      url,
      exchange,
      "dead-letter-exchange": dead,
    });
    const member = bus.subscribe("order.#", {
      group: "workers",
      accept(delivery) {
        if (delivery.message !== "bad") return delivery;
        throw new CaryatidError("INVALID_MESSAGE", "found bad");
      },
    });
    await member.ready;
    await bus.publish("order.one", "bad", { id: "1" });
    await bus.publish("order.two", "end");
    await take(member, 1);
    await member.close();
    const run = (...words: string[]) =>
      caryatid([
        ...["dead-letters", ...words, "--url", url],
        ...["--exchange", exchange, "--dead-letter-exchange", dead],
      ]);
    const listed = await run("list", "--topic=order.*");
    assert.match(
      listed.stdout,
      /^\d{4}-\S+Z 1 order\.one INVALID_MESSAGE: .*found bad$/,
    );
    assert.equal((await run("list", "--topic=other")).stdout, "");
    const json = JSON.parse((await run("list", "--json")).stdout);
    assert.equal(json.topic, "order.one");
    assert.equal(json.code, "INVALID_MESSAGE");
    const { message, topic } = JSON.parse((await run("show", "1")).stdout);
    assert.deepEqual({ message, topic }, {
      message: "bad",
      topic: "order.one",
    });
    const absent = await run("show", "2");
    assert.equal(absent.code, 2);
    assert.match(absent.stderr, /found no dead letter with that id/);
    const received = bus.subscribe("order.one");
    await received.ready;
    assert.equal((await run("replay", "--id=1")).stdout, "replayed 1");
    assert.equal((await take(received, 1))[0]!.message, "bad");
    assert.equal((await run("list")).stdout, "");
    assert.equal((await run("drop")).stdout, "dropped 0");

    const typo = `${exchange}.typo`;
    for (const command of ["list", "replay", "drop"]) {
      const failed = await caryatid([
        ...["dead-letters", command, "--url", url, "--exchange", exchange],
        ...["--dead-letter-exchange", typo],
      ]);
      assert.equal(failed.code, 2);
      assert.match(failed.stderr, /NO_QUEUE\].*found no queue ".*typo"/);
      const keep = "keep theirs in ";
      assert(failed.stderr.includes(`${keep}"${dead}"`), failed.stderr);
    }
    await using client = await openClient(url);
    const declared = client.channel.checkQueue(typo);
    client.channel.on("error", () => {}); // the 404 closes it
    await assert.rejects(declared, /404/);
  },
);

brokerTest(
  "dead-letters --attach lists, shows, replays and drops the dead letters of a process",
  async ({ url, exchange }) => {
    await using folder = await ServiceFolder.make({
      "shop.ts": moduleText(`
        name: "shop",
        init(context) {
          const orders = context.subscribe("order.*", {
            group: "workers",
            accept(delivery) {
              if (delivery.message !== "bad") return delivery;
              throw new Error("found bad");
            },
          });
          context.run(async () => {
            for await (const { message } of orders) {
              context.log.info("handled {message}", { message });
            }
          });
        },
      `),
    });
    const file = folder.file("control.json");
    await Deno.writeTextFile(
      folder.file("service.toml"),
      `[message-bus.rabbit]
class = "rabbit-mq"
url = "${url}"
exchange = "${exchange}"
dead-letter-exchange = "${exchange}.dead"
[message-bus.memory]
class = "in-memory"
[message-router]
route = [{ pattern = "local.#", bus = "memory" }, { pattern = "#", bus = "rabbit" }]
[module.shop]
import = "./shop.ts"
[module.control]
file = "${file}"
[module.control.permissions]
net = ["127.0.0.1"]
read = ["${file}", "${file}.new"]
write = ["${file}", "${file}.new"]
publish = ["order.one"]
subscribe = ["order.*"]
`,
    );
    const program = startCaryatid(["run", folder.file("service.toml")]);
    await using _ = { [Symbol.asyncDispose]: () => stop(program) };
    await program.line(/--attach finds this process/);
    await using bus = await openBus({ url, exchange });
    const run = (...words: string[]) =>
      caryatid(["dead-letters", ...words, "--attach", file]);
    for (const [id, word] of ["one", "two"].entries()) {
      await bus.publish(`order.${word}`, "bad", { id: `${id}` });
    }
    await bus.publish("order.three", "good");
    await program.line(/handled .?good/);
    const orders = ["--topic=order.*"];
    const listed = await run("list", ...orders);
    assert.equal(listed.stderr, "");
    assert.deepEqual(listed.stdout.split("\n").map((it) => it.split(" ")[2]), [
      "order.one",
      "order.two",
    ]);
    const shown = await run("show", "0", ...orders);
    const { message, code } = JSON.parse(shown.stdout);
    assert.deepEqual({ message, code }, {
      message: "bad",
      code: "Error",
    });

    const whole = await run("list");
    assert.equal(whole.code, 1);
    assert.match(whole.stderr, /\[FORBIDDEN\] Cannot subscribe to "#"/);
    const two = await run("replay", "--topic=order.two");
    assert.match(two.stderr, /\[FORBIDDEN\] Cannot publish on "order\.two"/);

    const received = bus.subscribe("order.one");
    await received.ready;
    const replayed = await run("replay", "--topic=order.one", "--limit=1");
    assert.equal(replayed.stdout, "replayed 1");
    assert.equal((await take(received, 1))[0]!.message, "bad");
    assert.equal((await run("drop", "--topic=order.two")).stdout, "dropped 1");
    const both = await run("list", ...orders, "--url", url);
    assert.equal(both.code, 2);
    assert.match(both.stderr, /combine --attach/);
  },
);

Deno.test("commands report an unreachable broker, an invalid URL and invalid JSON by code", async (t) => {
  const cases: [args: string[], code: number, says: RegExp][] = [
    [["publish", "a", "1", "--url", "http://x"], 2, /\[INVALID_CONFIG\]/],
    [["publish", "a", "{"], 2, /\[INVALID_OPTION\].*found invalid JSON/],
    [["dead-letters", "list"], 2, /\[INVALID_OPTION\].*dead-letter-exchange/],
    [["spy", "#", "--count=0"], 2, /expected a whole number/],
  ];
  for (const [args, code, says] of cases) {
    await t.step(args.join(" "), async () => {
      const ran = await caryatid(args);
      assert.equal(ran.code, code);
      assert.match(ran.stderr, says);
    });
  }
});
