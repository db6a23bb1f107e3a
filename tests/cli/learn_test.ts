import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

/** A module that does `step` when it hears of it, and says so. */
function worker(name: string, step: string, before = ""): string {
  return moduleText(
    `
      name: "${name}", config: z.object({ port: z.number().default(0) }),
      init(context, { port }) {
        const steps = context.subscribe("step.*");
        context.run(async () => {
          for await (const _ of steps) {
            ${step}
            await context.publish("done.${name}", 1);
            context.log.info("done by {name}", { name: "${name}" });
          }
        });
      },
    `,
    before,
  );
}

const MODULES = {
  "shared.ts": `export const read = (path: string) => Deno.readTextFile(path);`,
  "reader.ts": worker(
    "reader",
    `await read(new URL("notes.txt", import.meta.url).pathname);`,
    'import { read } from "./shared.ts";',
  ),
  "other.ts": worker(
    "other",
    `await Deno.writeTextFile(new URL("out.txt", import.meta.url).pathname, "x");`,
    'import { read } from "./shared.ts"; void read;',
  ),
  "caller.ts": worker(
    "caller",
    `await (await fetch("http://127.0.0.1:" + port)).text();`,
  ),
  "connector.ts": worker(
    "connector",
    `(await Deno.connect({ hostname: "127.0.0.1", port })).close();`,
  ),
  // Deno doesn't tell who asks for what node:http connects to.
  "nodely.ts": worker(
    "nodely",
    `await new Promise((resolve) =>
      get("http://localhost:" + port, (answer) => answer.resume().on("end", resolve)));`,
    'import { get } from "node:http";',
  ),
  "variable.ts": worker("variable", 'Deno.env.get("LEARN_COLOUR");'),
  // It imports another module's file, as one does for its topics.
  "idle.ts": moduleText(
    'name: "idle", init() {},',
    'import reader from "./reader.ts"; void reader;',
  ),
  "asker.ts": moduleText(`
    name: "asker",
    init(context) {
      context.run(async () => {
        await context.request("price.of.tea", {});
        await context.publish("step.one", 1);
      });
    },
  `),
  "answerer.ts": moduleText(`
    name: "answerer",
    init(context) { context.handle("price.of.*", () => 3); },
  `),
};

const WORKERS = [
  "reader",
  "other",
  "caller",
  "connector",
  "nodely",
  "variable",
];

async function serviceFolder(port: number): Promise<ServiceFolder> {
  const names = Object.keys(MODULES).filter((name) => name !== "shared.ts");
  const sections = names.map((name) =>
    `[module.${name.slice(0, -3)}]\nimport = "./${name}"\n` +
    (/caller|connector|nodely/.test(name) ? `port = ${port}\n` : "")
  );
  return await ServiceFolder.make({
    ...MODULES,
    "notes.txt": "notes",
    "service.toml": sections.join(""),
  });
}

/** What listens where modules connect to. */
function listen() {
  return Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("hello"),
  );
}

Deno.test("permissions --learn writes what each module used, and a run with just that works", async (t) => {
  await using server = listen();
  const { port } = server.addr;
  await using folder = await serviceFolder(port);
  const file = folder.file("service.toml");
  const learned = folder.file("learned.toml");
  await using program = startCaryatid(
    ["permissions", file, "--learn", "-o", learned],
  );
  const isDone = (name: string) => program.log.includes(`done by ${name}`);
  await program.until(() => WORKERS.every(isDone) || undefined, () => "work");
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0, program.log);
  const text = await Deno.readTextFile(learned);

  await t.step("each has its own, and whoever uses nothing, nothing", () => {
    const topics = (name: string) => ({
      publish: [`done.${name}`],
      subscribe: ["step.*"],
      request: [],
      handle: [],
    });
    const none = { publish: [], subscribe: [], request: [], handle: [] };
    assert.deepEqual(plain(parse(text)), {
      module: {
        reader: {
          permissions: { read: ["./notes.txt"], ...topics("reader") },
        },
        other: { permissions: { write: ["./out.txt"], ...topics("other") } },
        caller: {
          permissions: { net: [`127.0.0.1:${port}`], ...topics("caller") },
        },
        connector: {
          permissions: { net: [`127.0.0.1:${port}`], ...topics("connector") },
        },
        nodely: {
          permissions: { net: [`localhost:${port}`], ...topics("nodely") },
        },
        variable: {
          permissions: { env: ["LEARN_COLOUR"], ...topics("variable") },
        },
        idle: { permissions: none },
        asker: {
          permissions: {
            ...none,
            publish: ["step.one"],
            request: ["price.of.tea"],
          },
        },
        answerer: { permissions: { ...none, handle: ["price.of.*"] } },
      },
    });
  });

  await t.step("it says that a run shows only what happened in it", () => {
    assert.match(text, /A run shows only what happened in it/);
    assert.doesNotMatch(text, /not attributed/);
  });

  await t.step("what the run printed went to standard error", () => {
    assert.deepEqual(program.lines, []);
  });

  await t.step("laid over the file, just that is enough", async () => {
    await using program = startCaryatid(["run", file, learned]);
    for (const name of WORKERS) {
      await program.line(new RegExp(`done by ${name}`));
    }
    await stop(program);
  });

  await t.step("and none is too many", async () => {
    const less = text.replace('read = ["./notes.txt"]', "");
    await Deno.writeTextFile(learned, less);
    const ran = await caryatid(["run", file, learned]);
    assert.equal(ran.code, 1);
    assert.match(ran.stdout, /Requires read access/);
  });
});

Deno.test("permissions --learn goes on until Ctrl-C, and writes to standard output then", async () => {
  await using folder = await ServiceFolder.make({
    "variable.ts": moduleText(`
      name: "variable",
      permissions: { net: ["api.example.com:443"], read: ["notes"] },
      init(context) {
        Deno.env.toObject();

        try { Deno.hostname(); } catch { /* not granted */ }
        context.log.info("begun");
      },
    `),
    "service.toml": '[module.variable]\nimport = "./variable.ts"\n',
  });
  await using program = startCaryatid(
    ["permissions", folder.file("service.toml"), "--learn"],
  );
  await program.until(() => /begun/.test(program.log) || undefined, () => "it");
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0, program.log);
  const text = program.lines.join("\n");
  assert.match(text, /# net api.example.com:443: asked for, and not used/);
  assert.match(text, /# env \(all\): name the variables that it needs/);
  assert.match(text, /# sys hostname: a section can't grant this/);
  assert.match(text, /^net = \["api.example.com:443"\]$/m);
});

Deno.test("permissions --learn takes the run with it when it is killed: nobody would end what may do so much", async () => {
  await using folder = await ServiceFolder.make({
    "service.toml": "[module.clock]\n[module.spy]\n",
  });
  await using program = startCaryatid(
    ["permissions", folder.file("service.toml"), "--learn"],
  );
  await program.until(
    () => /clock\.tick/.test(program.log) || undefined,
    () => "it",
  );
  program.kill("SIGKILL");
  await program.stderr; // the run holds it open, too
});

Deno.test("permissions --learn stops the run after --seconds", async () => {
  await using folder = await ServiceFolder.make({
    "service.toml": '[module.clock]\ntopic = "tick"\nperiod = 0.05\n',
  });
  const file = folder.file("service.toml");
  // Its start is part of them, and takes its time on a busy machine.
  const args = ["permissions", file, "--learn", "--seconds", "5"];
  const { code, stdout } = await caryatid(args);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /^# What modules of .* used in (# |\n)*\d\.\d[\s#]+s\.\n/,
  );
  assert.match(
    stdout,
    /^\[module\.clock\.permissions\]\npublish = \[.*"tick"/m,
  );
});

Deno.test("permissions --learn leaves out whom nobody can tell, and says so", async () => {
  const module = moduleText(`
    name: "reader", config: z.object({ variable: z.string() }),
    init: (context, { variable }) => { Deno.env.get(variable); context.log.info("begun"); },
  `);
  await using folder = await ServiceFolder.make({
    "reader.ts": module,
    "service.toml": ["one", "two"].map((id) =>
      `[module.${id}]\nclass = "reader"\nimport = "./reader.ts"\nvariable = "LEARN_${id}"\n`
    ).join(""),
  });
  const file = folder.file("service.toml");
  await using program = startCaryatid(["permissions", file, "--learn"]);
  await program.until(
    () => program.log.match(/begun/g)?.length === 2 || undefined,
    () => "both",
  );
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0, program.log);
  const stdout = program.lines.join("\n");
  assert.match(
    stdout,
    /not attributed to a module:\n# - env LEARN_one: it is code of module\.one and module\.two\n/,
  );
  assert.doesNotMatch(stdout, /^env = /m);
});

Deno.test("permissions --learn tells of a run that failed, with exit code 1", async () => {
  await using folder = await ServiceFolder.make({
    "broken.ts": moduleText(`
      name: "broken",
      init(context) { context.run(() => { throw new Error("it broke"); }); },
    `),
    "service.toml": '[module.broken]\nimport = "./broken.ts"\n',
  });
  const ran = await caryatid(
    ["permissions", folder.file("service.toml"), "--learn"],
  );
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, /exit code 1: what it didn't come to is missing/);
  assert.match(ran.stdout, /\[module\.broken\.permissions\]/);
});

Deno.test("permissions --learn writes over nobody's file, and runs nothing where it couldn't write", async () => {
  await using folder = await ServiceFolder.make({
    "service.toml": "[module.clock]\n",
  });
  const file = folder.file("service.toml");
  const ran = await caryatid(["permissions", file, "--learn", "-o", file]);
  assert.equal(ran.code, 2);
  assert.match(ran.stderr, /\[INVALID_OPTION\].*found a file/);
  assert.equal(await Deno.readTextFile(file), "[module.clock]\n");
  for (const place of ["absent/learned.toml", "service.toml/learned.toml"]) {
    const output = folder.file(place);
    const ran = await caryatid([
      "permissions",
      file,
      "--learn",
      "--seconds=1",
      "-o",
      output,
    ]);
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, /^error \[INVALID_OPTION\].*wanted a folder\b/);
  }
});

Deno.test("permissions --learn prints what it can't write in the end", async () => {
  await using folder = await ServiceFolder.make({
    "quick.ts": moduleText(`
      name: "quick",
      async init() {
        await Deno.writeTextFile(new URL("learned.toml", import.meta.url), "x");
        throw new Error("enough");
      },
    `),
    "service.toml": '[module.quick]\nimport = "./quick.ts"\n',
  });
  const file = folder.file("service.toml");
  const output = folder.file("learned.toml");
  const ran = await caryatid(["permissions", file, "--learn", "-o", output]);
  assert.equal(ran.code, 1);
  assert.match(ran.stderr, /error \[STORAGE_FAILED\].*learned\.toml/);
  assert.match(ran.stdout, /\[module\.quick\.permissions\]/);
});

Deno.test("options of --learn want --learn", async (t) => {
  const cases: [args: string[], says: RegExp][] = [
    [["--seconds", "1"], /wanted --learn|without --learn/],
    [["-o", "x.toml"], /without --learn/],
    [["--learn", "--json"], /Cannot do both/],
    [["--learn", "--seconds", "soon"], /wanted seconds/],
  ];
  for (const [args, says] of cases) {
    await t.step(args.join(" "), async () => {
      const ran = await caryatid(["permissions", "x.toml", ...args]);
      assert.equal(ran.code, 2);
      assert.match(ran.stderr, says);
    });
  }
});

/** Without the prototypes of a parser. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
