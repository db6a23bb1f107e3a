import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { skipJail, whyNoJail } from "../../support/jail.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

/**
 * Reads its own file and a variable, fails once if configured, and logs that.
 */
const READER = moduleText(`
  name: "reader",
  config: z.object({ file: z.string(), breaks: z.boolean().default(false) }),
  init(context, { file, breaks }) {
    const { id } = context;
    const steps = context.subscribe("step");
    context.run(async () => {
      for await (const { message } of steps) {
        if (message === "break") {
          Deno.env.get("LEARN_FIRST_LIFE");
          if (breaks) throw new Error("torn");
          continue;
        }
        const text = await Deno.readTextFile(new URL(file, import.meta.url).pathname);
        await context.publish("done." + id, text);
        await context.request("name", null);
        context.log.info("done by {id}", { id });
      }
    });
  },
`);

const DRIVER = moduleText(`
  name: "driver",
  init(context) {
    context.handle("name", () => "driver");
    const done = context.subscribe("done.*");
    context.run(async () => {
      await context.publish("step", "break");
      for (;;) { // until all have restarted
        await context.publish("step", "read");
        await context.clock.sleep(200, context.signal);
      }
    });
    context.run(async () => { for await (const _ of done); });
  },
`);

const BUS = `
  import { InMemoryBus } from "@caryatid/process";
  import { defineBus } from "@caryatid/sdk/bus";
  export default defineBus({
    name: "strange",
    create() {
      Deno.env.get("LEARN_BUS");
      return new InMemoryBus();
    },
  });
`;

/** One module per isolation, each with its own file and the same code. */
const SERVICE = `
[module.inside]
class = "reader"
import = "./reader.ts"
file = "inside.txt"
isolation = "worker"
[module."odd id"]
class = "reader"
import = "./reader.ts"
file = "odd.txt"
breaks = true
isolation = "process"
on-failure = "restart"
[module.driver]
import = "./driver.ts"
[message-bus.far]
import = "./bus.ts"
isolation = "worker"
[[message-router.route]]
pattern = "#"
bus = "far"
`;

Deno.test("permissions --learn writes the uses of each isolated module and bus, also if they share code", async (t) => {
  await using folder = await ServiceFolder.make({
    "reader.ts": READER,
    "driver.ts": DRIVER,
    "bus.ts": BUS,
    "inside.txt": "mine",
    "odd.txt": "mine",
    "service.toml": SERVICE,
  });
  const file = folder.file("service.toml");
  const learned = folder.file("learned.toml");
  await using program = startCaryatid(
    ["permissions", file, "--learn", "--unjailed", "-o", learned],
  );
  const isDone = (id: string) => program.log.includes(`done by ${id}`);
  await program.until(
    () => ["inside", "odd id"].every(isDone) || undefined,
    () => "work",
  );
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0, program.log);
  const text = await Deno.readTextFile(learned);

  await t.step("each part has its own uses, of all its starts", () => {
    const topics = (id: string) => ({
      publish: [`done.${id}`],
      subscribe: ["step"],
      request: ["name"],
      handle: [],
      groups: [],
    });
    const env = ["LEARN_FIRST_LIFE"];
    assert.deepEqual(JSON.parse(JSON.stringify(parse(text))), {
      module: {
        inside: {
          permissions: { read: ["./inside.txt"], env, ...topics("inside") },
        },
        "odd id": {
          permissions: { read: ["./odd.txt"], env, ...topics("odd id") },
        },
        driver: {
          permissions: {
            publish: ["step"],
            subscribe: ["done.*"],
            request: [],
            handle: ["name"],
            groups: [],
          },
        },
      },
      "message-bus": { far: { permissions: { env: ["LEARN_BUS"] } } },
    });
    assert.doesNotMatch(text, /not attributed/);
  });

  await t.step("the result is sufficient as an overlay", async () => {
    await using program = startCaryatid(["run", file, learned]);
    await program.line(/done by inside/);
    await program.line(/done by odd id/);
    await stop(program);
  });
});

Deno.test("permissions --learn reports a request without a grant, and starts nothing", async () => {
  await using folder = await ServiceFolder.make({
    "asks.ts": moduleText(
      'name: "asks", permissions: { net: ["a.example:443"] }, init() {},',
    ),
    "service.toml":
      '[module.asks]\nimport = "./asks.ts"\nisolation = "process"\n',
  });
  const ran = await caryatid(
    ["permissions", folder.file("service.toml"), "--learn"],
  );
  assert.equal(ran.code, 2);
  assert.match(
    ran.stderr,
    /INVALID_CONFIG.*asks for net.*Add net = \["a\.example:443"\] to \[module\.asks\.permissions\]/,
  );
});

const WRITER = moduleText(`
  name: "writer",
  init(context) {
    context.run(async () => {
      const path = (name: string) => new URL(name, import.meta.url).pathname;
      await Deno.writeTextFile(path("data/count.txt"), "2");
      const count = await Deno.readTextFile(path("data/count.txt"));
      const secret = await Deno.readTextFile(path("secret.txt"))
        .catch(({ name }) => name);
      context.log.info("count {count}, secret {secret}", { count, secret });
    });
  },
`);

Deno.test({
  name: "permissions --learn runs isolated modules in the jail, on copies of " +
    `the paths that they may write${whyNoJail}`,
  ignore: skipJail,
  async fn() {
    await using folder = await ServiceFolder.make({
      "writer.ts": WRITER,
      "secret.txt": "secret",
      "service.toml":
        '[module.writer]\nimport = "./writer.ts"\nisolation = "process"\n' +
        '[module.writer.permissions]\nread = ["./data"]\nwrite = ["./data"]\n',
    });
    await Deno.mkdir(folder.file("data"));
    await Deno.writeTextFile(folder.file("data/count.txt"), "1");
    const learned = folder.file("learned.toml");
    await using program = startCaryatid([
      ...["permissions", folder.file("service.toml"), "--learn"],
      ...["-o", learned],
    ]);
    await program.until(
      () => program.log.includes("count 2, secret NotFound") || undefined,
      () => "the work",
    );
    program.kill("SIGINT");
    assert.equal(await program.exitCode(), 0, program.log);
    assert.equal(await Deno.readTextFile(folder.file("data/count.txt")), "1");
    const { module } = parse(await Deno.readTextFile(learned)) as {
      module: { writer: { permissions: Record<string, string[]> } };
    };
    const { read, write } = module.writer.permissions;
    assert.deepEqual(write, ["./data/count.txt"]);
    assert.deepEqual(read!.toSorted(), ["./data/count.txt", "./secret.txt"]);
  },
});
