import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

/** A module that runs `step` when it receives a message, and logs that. */
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
  // Deno does not report the code behind connections of node:http.
  "nodely.ts": worker(
    "nodely",
    `await new Promise((resolve) =>
      get("http://localhost:" + port, (answer) => answer.resume().on("end", resolve)));`,
    'import { get } from "node:http";',
  ),
  "variable.ts": worker("variable", 'Deno.env.get("LEARN_COLOUR");')
    .replace('"step.*"', '"step.*", { group: "workers" }'),
  // It imports the file of another module, as for its topics.
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

/** Servers to which modules connect. */
function listen() {
  return Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("hello"),
  );
}

Deno.test("permissions --learn writes the uses of each module, and a run with only those works", async (t) => {
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

  await t.step("each module has its own uses", () => {
    const topics = (name: string) => ({
      publish: [`done.${name}`],
      subscribe: ["step.*"],
      request: [],
      handle: [],
      groups: name === "variable" ? ["workers"] : [],
    });
    const none = {
      publish: [],
      subscribe: [],
      request: [],
      handle: [],
      groups: [],
    };
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

  await t.step("a comment says that a run shows only its own uses", () => {
    assert.match(text, /A run shows only what happened in it/);
    assert.doesNotMatch(text, /not attributed/);
  });

  await t.step("the output of the run goes to standard error", () => {
    assert.deepEqual(program.lines, []);
  });

  await t.step("the result is sufficient as an overlay", async () => {
    await using program = startCaryatid(["run", file, learned]);
    for (const name of WORKERS) {
      await program.line(new RegExp(`done by ${name}`));
    }
    await stop(program);
  });

  await t.step("and contains nothing unnecessary", async () => {
    const less = text.replace('read = ["./notes.txt"]', "");
    await Deno.writeTextFile(learned, less);
    const ran = await caryatid(["run", file, learned]);
    assert.equal(ran.code, 1);
    assert.match(ran.stdout, /Requires read access/);
  });
});

Deno.test("permissions --learn runs until Ctrl-C, and then writes to standard output", async () => {
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
  assert.match(text, /# sys hostname: a section cannot grant this/);
  assert.match(text, /^net = \["api.example.com:443"\]$/m);
});

Deno.test("the run of permissions --learn stops when the command is killed", async () => {
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
  await program.stderr; // the run keeps it open, too
});

Deno.test("permissions --learn stops the run after --seconds", async () => {
  await using folder = await ServiceFolder.make({
    "service.toml": '[module.clock]\ntopic = "tick"\nperiod = 0.05\n',
  });
  const file = folder.file("service.toml");
  // They include the start, which is slow on a busy machine.
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

Deno.test("permissions --learn lists uses without a known owner as a comment", async () => {
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

Deno.test("permissions --learn reports a failed run, and exits with 1", async () => {
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
  assert.match(ran.stderr, /exit code 1: the rights may be incomplete/);
  assert.match(ran.stdout, /\[module\.broken\.permissions\]/);
});

Deno.test("permissions --learn refuses an existing or unwritable output before the run", async () => {
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
    assert.match(ran.stderr, /^error \[INVALID_OPTION\].*expected a folder\b/);
  }
});

Deno.test("permissions --learn prints the result if it cannot be written", async () => {
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

Deno.test("--seconds and --output require --learn", async (t) => {
  const cases: [args: string[], says: RegExp][] = [
    [["--seconds", "1"], /expected --learn|without --learn/],
    [["-o", "x.toml"], /without --learn/],
    [["--learn", "--json"], /Cannot combine --learn/],
    [["--learn", "--seconds", "soon"], /expected seconds/],
  ];
  for (const [args, says] of cases) {
    await t.step(args.join(" "), async () => {
      const ran = await caryatid(["permissions", "x.toml", ...args]);
      assert.equal(ran.code, 2);
      assert.match(ran.stderr, says);
    });
  }
});

/** Removes the prototypes of a parser. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
