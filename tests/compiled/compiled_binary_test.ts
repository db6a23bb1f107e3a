/** Binaries of `caryatid compile`, made with a real runtime and started. */
import assert from "node:assert/strict";
import { withBroker } from "../broker/shared_broker.ts";
import { ROOT, RunningProgram } from "../support/running_program.ts";
import { binaryTest } from "./binary.ts";
import { checkRuntime } from "./compile_runtime.ts";

/** Returns the text of a module whose `init` has this body. */
function moduleText(name: string, body: string): string {
  return `import { defineModule } from "@caryatid/sdk";
export default defineModule({
  name: ${JSON.stringify(name)},
  init(context, config) {
    context.run(async () => {${body}});
  },
});
`;
}

binaryTest(
  "a binary of examples/simple runs and stops at Ctrl-C",
  {},
  async (maker) => {
    const simple = `${ROOT}examples/simple/caryatid.toml`;
    const binary = await maker.compile(simple);
    const started = performance.now();
    await using program = maker.start(binary);
    await program.line(/subscriber: Received: \{ message: "Hello, world!" \}/);
    const took = performance.now() - started;
    program.kill("SIGINT");
    assert.equal(await program.exitCode(), 0);

    const begun = performance.now();
    await using source = new RunningProgram([
      ...["run", `${ROOT}examples/simple/main.ts`],
    ]);
    await source.line(/Received/);
    const wanted = performance.now() - begun;
    const { size } = await Deno.stat(binary);
    // deno-lint-ignore no-console -- the figures of the test
    console.log(
      `binary of Deno ${maker.runtime.version}: ${
        (size / 1e6).toFixed()
      } MB, first message after ${took.toFixed()} ms; deno run: ${wanted.toFixed()} ms`,
    );
    source.kill("SIGTERM");
    await source.exitCode();
  },
);

binaryTest("a binary shows its contents and permissions with --help", {
  "hello.ts": moduleText("hello", ""),
  "hello.toml": '[module.hello]\nimport = "./hello.ts"\n',
}, async (maker) => {
  await using help = maker.start(await maker.compile("hello.toml"), ["--help"]);
  assert.equal(await help.exitCode(), 0);
  const text = help.lines.join("\n");
  assert.match(text, /Contents: hello\.ts/);
  assert.match(text, /--allow-env=CARYATID_\*/);
});

binaryTest("a file next to the binary overrides its configuration", {
  "say.ts": moduleText("say", "context.log.info(`it says ${config.say}`);"),
  "say.toml": '[module.say]\nimport = "./say.ts"\nsay = "embedded"\n',
  "over.toml": '[module.say]\nsay = "laid over"\n',
}, async (maker) => {
  const over = `${maker.folder}/over.toml`;
  const binary = await maker.compile("say.toml", `--allow-read=${over}`);
  await using plain = maker.start(binary);
  await plain.line(/it says embedded/);
  await using overridden = maker.start(binary, ["--config", over]);
  await overridden.line(/it says laid over/);
});

binaryTest("a module of a binary starts a worker that is embedded with it", {
  "worker.ts": "self.onmessage = ({ data }) => self.postMessage(data * 2);\n",
  "double.ts": moduleText(
    "double",
    `const worker = new Worker(new URL("./worker.ts", import.meta.url), {
       type: "module",
     });
     worker.onmessage = ({ data }) => {
       context.log.info(\`doubled to \${data}\`);
       worker.terminate();
     };
     worker.postMessage(21);`,
  ),
  "double.toml": '[module.double]\nimport = "./double.ts"\n',
}, async (maker) => {
  const worker = `${maker.folder}/worker.ts`;
  const binary = await maker.compile("double.toml", "--include", worker);
  await Deno.remove(worker);
  await using program = maker.start(binary);
  await program.line(/doubled to 42/);
});

binaryTest(
  "a hostile module of a binary gets no file, host, variable or program that was not granted",
  {
    "hostile.ts": moduleText(
      "hostile",
      `const attempts = {
       file: () => Deno.readTextFile("/etc/passwd"),
       itself: () => Deno.readFile(Deno.execPath()),
       host: () => Deno.connect({ hostname: "127.0.0.1", port: 5672 }),
       variable: () => Deno.env.get("HOME"),
       program: () => new Deno.Command("id").output(),
       code: () => import("data:text/javascript,export default " + 1),
     };
     for (const [name, attempt] of Object.entries(attempts)) {
       const result = await Promise.resolve().then(attempt).then(
         () => "open",
         (error) => error.name,
       );
       context.log.info(\`\${name}: \${result}\`);
     }
     context.log.info("tried all");`,
    ),
    "hostile.toml": '[module.hostile]\nimport = "./hostile.ts"\n',
  },
  async (maker) => {
    await using program = maker.start(await maker.compile("hostile.toml"));
    await program.line(/tried all/);
    const text = program.lines.join("\n");
    for (const name of ["file", "host", "variable", "program"]) {
      assert.match(text, new RegExp(`${name}: NotCapable`), name);
    }
  },
);

binaryTest(
  "a binary that was moved may not start itself, so it cannot start guests",
  {
    "again.ts": moduleText(
      "again",
      `const { execPath } = Deno;
       const args = ["--version"];
       const result = await new Deno.Command(execPath(), { args }).output()
         .then(({ code }) => \`exited \${code}\`);
       context.log.info(\`itself: \${result}\`);`,
    ),
    "again.toml": '[module.again]\nimport = "./again.ts"\n',
  },
  async (maker) => {
    const path = `${maker.folder}/binary`;
    const binary = await maker.compile("again.toml", `--allow-run=${path}`);
    await using inPlace = maker.start(binary);
    await inPlace.line(/itself: exited 0/);
    await Deno.rename(binary, `${binary}-moved`);
    await using moved = maker.start(`${binary}-moved`);
    await moved.line(/Requires run access to ".*binary-moved"/);
    assert.equal(await moved.exitCode(), 1);
  },
);

const SERVICE =
  "a binary with clock, REST server and RabbitMQ answers curl and the bus";
withBroker(SERVICE, (broker) => {
  binaryTest(SERVICE, {
    "hello.ts": `import { defineModule } from "@caryatid/sdk";
export default defineModule({
  name: "hello",
  async init(context) {
    context.handle("rest.get.hello.*", ({ topic }) => ({
      code: 200,
      body: "Hello, " + topic.split(".").at(-1),
      content_type: "text/plain",
    }));
    const ticks = context.subscribe("clock.tick");
    context.run(async () => {
      for await (const { message } of ticks) {
        context.log.info("tick {number} over RabbitMQ", message);
      }
    });
  },
});
`,
    "service.toml": `
[message-bus.memory]
class = "in-memory"
[message-bus.external]
class = "rabbit-mq"
[[message-router.route]]
pattern = "clock.#"
bus = "external"
[[message-router.route]]
pattern = "#"
bus = "memory"
[module.clock]
period = 0.1
[module.hello]
import = "./hello.ts"
[module.rest-server]
port = 0
`,
  }, async (maker) => {
    const { url, exchange } = broker();
    const binary = await maker.compile("service.toml", "--allow-net");
    await using program = maker.start(binary, [], {
      CARYATID_MESSAGE_BUS__EXTERNAL__URL: url,
      CARYATID_MESSAGE_BUS__EXTERNAL__EXCHANGE: exchange,
    });
    const listening = await program.line(/listening on http/);
    await program.line(/tick \d+ over RabbitMQ/);
    const [address] = /http:\S+/.exec(listening)!;
    const { stdout } = await new Deno.Command("curl", {
      args: ["--silent", `${address}/hello/Ada`],
    }).output();
    assert.equal(new TextDecoder().decode(stdout), "Hello, Ada");
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
  });
});

Deno.test("a compile runtime with another hash is refused, with both hashes", async () => {
  const bytes = new TextEncoder().encode("another program");
  await assert.rejects(checkRuntime(bytes, "0".repeat(64)), {
    message: /found SHA-256 [0-9a-f]{64}; expected 0{64}/,
  });
});
