import assert from "node:assert/strict";
import { messages, take } from "../../../sdk/testing/conformance/take.ts";
import { within } from "../../../sdk/testing/conformance/promises.ts";
import { caryatid } from "../../e2e/cli/caryatid.ts";
import { moduleText, ServiceFolder } from "../../e2e/cli/service_folder.ts";
import type { PrivateBroker } from "../private_broker.ts";
import { fileBroker } from "./file_broker.ts";
import { LogWatch } from "./log_watch.ts";
import { newBus } from "./new_bus.ts";
import { outcomes } from "./outcomes.ts";

const test = fileBroker();
const VHOST = "orders/eu";
const USER = "shop's";

/** Returns the words of each command, as a shell splits them. */
async function commandsOf(text: string): Promise<string[][]> {
  const shell = new Deno.Command("sh", {
    args: [
      "-c",
      `rabbitmqctl() { printf '%s\\n' "$@"; echo --; }\n${text}`,
    ],
  });
  const { stdout, success } = await shell.output();
  assert(success);
  return new TextDecoder().decode(stdout).split("--\n").slice(0, -1)
    .map((command) => command.trimEnd().split("\n"));
}

/**
 * Creates a vhost with a user who has only the printed rights. Returns the
 * settings of the bus.
 */
async function granted(
  broker: PrivateBroker,
  topics: string,
): Promise<Record<string, unknown>> {
  const settings = {
    url: broker.url({ username: USER, password: "secret", vhost: VHOST }),
    exchange: "shop",
    "dead-letter-exchange": "shop-dead",
    redeliveries: 1,
  };
  await using folder = await ServiceFolder.make({
    "shop.ts": moduleText(`name: "shop", init() {}, topics: ${topics}`),
    "service.toml": `
      [module.shop]
      import = "./shop.ts"
      [message-bus.external]
      class = "rabbit-mq"
      url = ${JSON.stringify(settings.url)}
      exchange = "shop"
      dead-letter-exchange = "shop-dead"
    `,
  });
  const file = folder.file("service.toml");
  const ran = await caryatid(["permissions", "--broker", file]);
  assert.equal(ran.code, 0, ran.stderr);
  assert.doesNotMatch(ran.stdout, /secret/);
  await broker.ctl("add_vhost", VHOST);
  await broker.ctl("add_user", USER, "secret");
  for (const command of await commandsOf(ran.stdout)) {
    await broker.ctl(...command);
  }
  return settings;
}

test(
  "the rights that `caryatid permissions --broker` prints suffice for the declared topics, and for no others",
  async (broker, t) => {
    const settings = await granted(
      broker,
      `{
      publish: ["order.*"], subscribe: ["order.#"],
      request: ["price.of"], handle: ["price.*"],
    }`,
    );
    const log = new LogWatch();
    await using bus = newBus(settings, log);
    await bus.open();

    await t.step("subscriptions and groups receive", async () => {
      const fanOut = bus.subscribe("order.new");
      const group = bus.subscribe("order.#", { group: "workers" });
      await Promise.all([fanOut.ready, group.ready]);
      await bus.publish("order.new", 1);
      for (const one of [fanOut, group]) {
        assert.deepEqual(messages(await take(one, 1)), [1]);
        await one.close();
      }
    });

    await t.step("requests are answered, or rejected", async () => {
      const handling = bus.handle("price.of", () => 7);
      await handling.ready;
      assert.equal(await bus.request("price.of", "tea"), 7);
      await handling.close();
      await assert.rejects(bus.request("price.of", "tea"), {
        code: "NO_HANDLER",
      });
    });

    await t.step(
      "a failed message waits for its retry, and is dead-lettered",
      async () => {
        const retry = { attempts: 2, backoff: 10 };
        const joined = async () => {
          const member = bus.subscribe("order.#", { group: "retries", retry });
          await member.ready;
          return member;
        };
        const first = await joined();
        await bus.publish("order.bad", "bad");
        for await (const _ of first) break;
        for await (const _ of await joined()) break;
        await log.until(/dead-lettered a message on order\.bad/);
        let letters = await bus.deadLetters.list();
        while (letters.length === 0) letters = await bus.deadLetters.list();
        assert.equal(letters[0]!.topic, "order.bad");
        assert.deepEqual(log.all(/WARN|refused/i), []);
      },
    );

    await t.step("other topics are refused", async () => {
      const failed = bus.subscribe("secret.*");
      await log.until(/"secret\.\*".*ACCESS_REFUSED|ACCESS_REFUSED.*'secret/);
      await failed.close();
      const others = [
        bus.publish("order.good", 1),
        bus.publish("other", 1),
        bus.publish("order.good", 2),
        bus.publish("other", 2),
      ];
      assert.deepEqual(
        await within(outcomes(others).all, "the outcomes"),
        ["ok", "FORBIDDEN", "ok", "FORBIDDEN"],
      );
      await log.until(/publishing channel was closed: .*ACCESS_REFUSED/);
      const closed = log.all(/publishing channel was closed/).length;
      await assert.rejects(bus.publish("other", 3), {
        code: "FORBIDDEN",
        message: /"other".* refuses it to its user.*\.front"$/,
        hint: /permissions --broker/,
      });
      // The broker refuses the request and its copy.
      for (let time = 0; time < 3; time++) {
        await assert.rejects(bus.request("other", 1), { code: "FORBIDDEN" });
      }
      await bus.publish("order.good", 3);
      assert.equal(log.all(/publishing channel was closed/).length, closed + 2);
    });
  },
);
