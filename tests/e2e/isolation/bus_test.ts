import assert from "node:assert/strict";
import { brokerTest } from "../../broker/shared_broker.ts";
import { caryatid, startCaryatid } from "../cli/caryatid.ts";
import { moduleText, ServiceFolder } from "../cli/service_folder.ts";
import { gone, guestPids } from "./guest_pids.ts";

/**
 * Third-party bus that leaves a mark in the global scope in which its code
 * runs.
 */
const BUS = `
  import { InMemoryBus } from "@caryatid/process";
  import { type BusClass, defineBus } from "@caryatid/sdk/bus";
  import { z } from "zod";
  Reflect.set(globalThis, "mark", "loaded here");
  export default defineBus({
    name: "strange",
    config: z.object({ size: z.number().default(10) }),
    permissions: { net: ["broker.example.com:5672"] },
    create({ id, log }, { size }) {
      log.info("made as {id} for {size}", { id, size });
      log.info("may read /etc: {state}", attempt());
      return new InMemoryBus({ queueSize: size });
    },
  }) as BusClass;
  function attempt() {
    try {
      return { state: Deno.readTextFileSync("/etc/passwd").length };
    } catch (error) {
      return { state: (error as Error).name };
    }
  }
`;

const TALKERS = moduleText(`
  name: "talkers",
  init(context) {
    context.handle("strange.ask", ({ message }) => [message]);
    const messages = context.subscribe("strange.said");
    context.run(async () => {
      for await (const { message } of messages) {
        context.log.info("received {message}", { message });
      }
    });
    context.run(async () => {
      await context.publish("strange.said", { at: new Date(0) });
      const answer = await context.request("strange.ask", "you");
      const mark = String(Reflect.get(globalThis, "mark"));
      context.log.info("asked: {answer}, mark {mark}", { answer, mark });
    });
  },
`);

function service(id: string, isolation: string, granted: string): string {
  return `
[module.talkers]
import = "./talkers.ts"
[message-bus.${id}]
import = "./bus.ts"
isolation = "${isolation}"
size = 7
[message-bus.${id}.permissions]
${granted}
[[message-router.route]]
pattern = "#"
bus = "${id}"
`;
}

const NET = 'net = ["broker.example.com:5672"]';

function unique(): string {
  return `bus-${crypto.randomUUID().slice(0, 8)}`;
}

for (const isolation of ["worker", "process"]) {
  Deno.test(`a bus in a ${isolation} carries messages, requests and answers, and only its guest loads its code`, async () => {
    const id = unique();
    await using folder = await ServiceFolder.make({
      "bus.ts": BUS,
      "talkers.ts": TALKERS,
      "service.toml": service(id, isolation, NET),
    });
    await using program = startCaryatid(["run", folder.file("service.toml")]);
    await program.line(new RegExp(`${id}: made as ${id} for 7`));
    await program.line(new RegExp(`${id}: may read /etc: NotCapable`));
    await program.line(/received \{ at: 1970-01-01/);
    await program.line(/asked: \[ "you" \], mark undefined/);
    const pids = await guestPids(`${id}.message-bus`);
    assert.equal(pids.length, isolation === "process" ? 1 : 0);
    program.kill("SIGINT");
    assert.equal(await program.exitCode(), 0);
    assert.equal(await program.stderr, "");
    await gone(pids);
  });
}

Deno.test("a missing grant of an isolated bus is a problem that names the line to add", async () => {
  await using folder = await ServiceFolder.make({
    "bus.ts": BUS,
    "talkers.ts": TALKERS,
    "service.toml": service("far", "worker", ""),
  });
  for (const command of ["check", "run"]) {
    const { code, stderr } = await caryatid([
      command,
      folder.file("service.toml"),
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /Cannot run bus "far": it asks for net/);
    assert.match(
      stderr,
      /Add net = \["broker\.example\.com:5672"\] to \[message-bus\.far\.permissions\]/,
    );
  }
});

Deno.test("when an isolated bus has ended, the process exits with 1, so that its supervisor starts both again", async () => {
  const id = unique();
  await using folder = await ServiceFolder.make({
    "bus.ts": BUS,
    "talkers.ts": TALKERS,
    "service.toml": service(id, "process", NET),
  });
  await using program = startCaryatid(["run", folder.file("service.toml")]);
  await program.line(/asked: /);
  const [pid] = await guestPids(`${id}.message-bus`);
  Deno.kill(pid!, "SIGKILL");
  await program.line(/\[GUEST_ENDED\] .*bus "bus-.*ended by SIGKILL/);
  assert.equal(await program.exitCode(), 1);
});

brokerTest(
  "the RabbitMQ bus in a separate process reaches the broker, and the process of the modules has no network",
  async ({ url, exchange }) => {
    await using folder = await ServiceFolder.make({
      "talkers.ts": TALKERS,
      "service.toml": `
[module.talkers]
import = "./talkers.ts"
[message-bus.external]
class = "rabbit-mq"
url = "${url}"
exchange = "${exchange}"
isolation = "process"
[message-bus.external.permissions]
net = ["${new URL(url).host}"]
[[message-router.route]]
pattern = "#"
bus = "external"
`,
    });
    const file = folder.file("service.toml");
    const { stdout } = await caryatid(["permissions", file]);
    const [flags] = stdout.match(/^deno run .*$/m)!;
    assert.doesNotMatch(flags, /--allow-net|--allow-run/);
    await using program = startCaryatid(["run", file]);
    await program.line(/received /);
    await program.line(/asked: \[ "you" \]/);
    program.kill("SIGINT");
    assert.equal(await program.exitCode(), 0);
  },
);
