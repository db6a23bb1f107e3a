import { CaryatidError } from "@caryatid/sdk";
import assert from "node:assert/strict";
import { take } from "../../sdk/testing/conformance/take.ts";
import { openBus } from "../broker/open_bus.ts";
import { brokerTest } from "../broker/shared_broker.ts";
import { caryatid, startCaryatid } from "./caryatid.ts";

brokerTest(
  "publish sends a message to who listens",
  async ({ url, exchange }) => {
    await using bus = await openBus({ url, exchange });
    const heard = bus.subscribe("order.#");
    await heard.ready;
    const ran = await caryatid([
      ...["publish", "order.new", '{"total":12}'],
      ...["--url", url, "--exchange", exchange],
    ]);
    assert.deepEqual(ran, { code: 0, stdout: "", stderr: "" });
    const [delivery] = await take(heard, 1);
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
      // What is published before it listens is not heard.
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
  "request prints the answer, or says that nobody is there",
  async ({ url, exchange }) => {
    const at = ["--url", url, "--exchange", exchange];
    await using bus = await openBus({ url, exchange });
    await bus.handle("price.of", ({ message }) => ({ of: message })).ready;
    assert.deepEqual(await caryatid(["request", "price.of", '"tea"', ...at]), {
      code: 0,
      stdout: '{"of":"tea"}',
      stderr: "",
    });
    const nobody = await caryatid(["request", "nobody", "1", ...at]);
    assert.equal(nobody.code, 1);
    assert.match(nobody.stderr, /^error \[NO_HANDLER\]/);
  },
);

brokerTest(
  "dead-letters lists, shows and replays",
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
    assert.match(absent.stderr, /found no dead letter of that id/);
    const heard = bus.subscribe("order.one");
    await heard.ready;
    assert.equal((await run("replay", "--id=1")).stdout, "replayed 1");
    assert.equal((await take(heard, 1))[0]!.message, "bad");
    assert.equal((await run("list")).stdout, "");
  },
);

Deno.test("a broker that isn't there, and what is no URL or no JSON, are told by code", async (t) => {
  const cases: [args: string[], code: number, says: RegExp][] = [
    [["publish", "a", "1", "--url", "http://x"], 2, /\[INVALID_CONFIG\]/],
    [["publish", "a", "{"], 2, /\[INVALID_OPTION\].*found no JSON/],
    [["dead-letters", "list"], 2, /\[INVALID_OPTION\].*dead-letter-exchange/],
    [["spy", "#", "--count=0"], 2, /wanted a whole number/],
  ];
  for (const [args, code, says] of cases) {
    await t.step(args.join(" "), async () => {
      const ran = await caryatid(args);
      assert.equal(ran.code, code);
      assert.match(ran.stderr, says);
    });
  }
});
