import assert from "node:assert/strict";
import { VERSION } from "../../process/platform/version.ts";
import { withBroker } from "../broker/shared_broker.ts";
import { Consumer, type Downloaded, IMPORTS } from "./consumer.ts";
import { testPublished } from "./test_published.ts";

const HELLO = `
  import { defineModule, type Module } from "@caryatid/sdk";

  export default defineModule({
    name: "hello",
    init(context) {
      const ticks = context.subscribe("clock.tick");
      context.run(async () => {
        for await (const _ of ticks) await context.publish("hello", "world");
      });
    },
  }) as Module;
`;

testPublished(
  "the author of a module needs the SDK and nothing else",
  async (registries) => {
    await using author = await Consumer.make(registries, {
      "deno.json": IMPORTS,
      "hello.ts": HELLO,
      "hello_test.ts": `
      import { testModule } from "@caryatid/sdk/testing";
      import assert from "node:assert/strict";
      import hello from "./hello.ts";

      Deno.test("it says hello at each tick", async () => {
        await using tested = await testModule(hello, {});
        await tested.bus.inject("clock.tick", { number: 1 });
        await tested.settle();
        assert.deepEqual(tested.bus.published, [{ topic: "hello", message: "world" }]);
      });
    `,
    });
    const { code, stdout } = await author.run(["test"]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /ok \| 1 passed/);
    const { files, packages } = report(
      "the author of a module",
      author.downloaded,
    );
    assert(files.every((path) => path.startsWith("@caryatid/sdk/")));
    assert.deepEqual(packages, []);
  },
);

const PROGRAM = `
  import { Process } from "jsr:@caryatid/process@^${VERSION}";
  import hello from "./hello.ts";

  await using process = await Process.create({ config: Deno.args[0] });
  process.register(hello);
  const messages = process.context.subscribe("hello");
  await process.start();
  for await (const { topic, message } of messages) {
    console.log(topic, message);
    break;
  }
  await process.stop();
`;
testPublished(
  "a process in memory runs with the net alone, and never downloads what a broker takes",
  async (registries) => {
    await using user = await Consumer.make(registries, {
      "deno.json": IMPORTS,
      "hello.ts": HELLO,
      "main.ts": PROGRAM,
    });
    const config = "[module.hello]\n[module.clock]\n";
    const ran = await user.run([
      "run",
      "--no-prompt",
      "--allow-net",
      "main.ts",
      config,
    ]);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.match(ran.stdout, /^hello world$/m);
    const { files, packages } = report("a process in memory", user.downloaded);
    assert(
      !files.some((path) => /\/(rabbit_mq\/|cli\/main\.ts)/.test(path)),
    );
    assert.deepEqual(packages.toSorted(), [
      "@logtape/logtape",
      "@opentelemetry/api", // downloaded; loaded with [tracing] only
      "croner",
      "smol-toml",
      "zod",
    ]);
  },
);

withBroker("a process from JSR talks to a broker", (broker) => {
  testPublished("a process from JSR talks to a broker", async (registries) => {
    const { url, exchange } = broker();
    await using user = await Consumer.make(registries, {
      "deno.json": IMPORTS,
      "hello.ts": HELLO,
      "main.ts": PROGRAM,
    });
    const config = `
      [module.hello]
      [module.clock]
      [message-bus.external]
      class = "rabbit-mq"
      url = "${url}"
      exchange = "${exchange}"
      [[message-router.route]]
      pattern = "#"
      bus = "external"
    `;
    const ran = await user.run([
      "run",
      "--no-prompt",
      "--allow-net",
      "main.ts",
      config,
    ]);
    assert.equal(ran.code, 0, ran.stdout + ran.stderr);
    assert.match(ran.stdout, /^hello world$/m);
    const { packages } = report("a process with a broker", user.downloaded);
    assert(packages.includes("amqplib"));
    assert(!packages.includes("cbor-x"));
  });
});

/** Prints the size of the downloads of a program, and returns them. */
function report(program: string, downloaded: Downloaded): Downloaded {
  const { files, packages, bytes } = downloaded;
  const kilobytes = Math.round(bytes / 1024);
  // deno-lint-ignore no-console -- these figures are asked for
  console.log(
    `${program} downloads ${kilobytes} KiB: ${files.length} files from JSR, and from npm ${
      packages.toSorted().join(", ") || "nothing"
    }`,
  );
  return downloaded;
}
