import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

/** Reads a file of its own and one variable, breaks once if it is told to, and says so. */
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
      for (;;) { // until all are back
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

/** Each isolation with its own file, all with the same code. */
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

Deno.test("permissions --learn tells what each isolated module and bus used, also where they share their code", async (t) => {
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
    ["permissions", file, "--learn", "-o", learned],
  );
  const isDone = (id: string) => program.log.includes(`done by ${id}`);
  await program.until(
    () => ["inside", "odd id"].every(isDone) || undefined,
    () => "work",
  );
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0, program.log);
  const text = await Deno.readTextFile(learned);

  await t.step("each has its own, of all its lives", () => {
    const topics = (id: string) => ({
      publish: [`done.${id}`],
      subscribe: ["step"],
      request: ["name"],
      handle: [],
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
          },
        },
      },
      "message-bus": { far: { permissions: { env: ["LEARN_BUS"] } } },
    });
    assert.doesNotMatch(text, /not attributed/);
  });

  await t.step("laid over the file, just that is enough", async () => {
    await using program = startCaryatid(["run", file, learned]);
    await program.line(/done by inside/);
    await program.line(/done by odd id/);
    await stop(program);
  });
});

Deno.test("permissions --learn names the line to add for what an isolated module asks for, and starts nothing", async () => {
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
    /INVALID_CONFIG.*asks for net.*add net = \["a\.example:443"\] to \[module\.asks\.permissions\]/,
  );
});
