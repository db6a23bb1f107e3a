import assert from "node:assert/strict";
import type { RunningProgram } from "../support/running_program.ts";
import { startCaryatid, stop } from "../e2e/cli/caryatid.ts";
import { moduleText, ServiceFolder } from "../e2e/cli/service_folder.ts";

/** Publishes some thousand numbers per second until it is stopped. */
const SOURCE = moduleText(`
  name: "source",
  init(context) {
    context.run(async () => {
      for (let n = 0; !context.signal.aborted; n++) {
        await context.publish("number", n);
        if (n % 20 === 0) await context.clock.sleep(1).catch(() => {});
      }
    });
  },
`);

/**
 * Logs its first number, and numbers that are missing, repeated or out of
 * order: its last number survives a swap.
 */
function sink(name: string, before = ""): string {
  return moduleText(
    `
    name: "sink",
    config: z.object({ say: z.string().default("nothing") }),
    init(context, config) {
      const numbers = context.subscribe("number", { queueSize: 10 });
      context.handle("ask", () => "answered");
      context.run(async () => {
        let first = true;
        for await (const { message } of numbers) {
          const expected = (globalThis.last ?? -1) + 1;
          if (message !== expected) context.log.error("gap " + expected + " " + message);
          globalThis.last = message;
          if (first) context.log.info("begun ${name} " + config.say + " " + message);
          first = false;
        }
      });
    },`,
    `${before}\ndeclare global { var last: unknown; }`,
  ).replace("globalThis.last ?? -1", "(globalThis.last ?? -1) as number");
}

const SERVICE = `
[module.sink]
import = "./sink.ts"

[module.source]
import = "./source.ts"
`;

function service(files: Record<string, string> = {}): Promise<ServiceFolder> {
  return ServiceFolder.make({
    "source.ts": SOURCE,
    "sink.ts": sink("one"),
    "service.toml": SERVICE,
    ...files,
  });
}

function watch(folder: ServiceFolder): RunningProgram {
  return startCaryatid(["run", "--watch", folder.file("service.toml")]);
}

/** Resolves when standard error contains this `count` times. */
function complains(
  program: RunningProgram,
  pattern: RegExp,
  count = 1,
): Promise<true> {
  const all = new RegExp(pattern, `${pattern.flags}g`);
  return program.until(
    () => [...program.log.matchAll(all)].length >= count || undefined,
    () => `${count} × ${pattern} in ${program.log}`,
  );
}

Deno.test("run --watch swaps an edited module under load without losing or reordering messages", async () => {
  await using folder = await service();
  await using program = watch(folder);
  await program.line(/begun one/);
  for (const name of ["two", "three", "four"]) {
    await Deno.writeTextFile(folder.file("sink.ts"), sink(name));
    await program.line(/caryatid: swapped sink in \d+ ms/);
    await program.line(new RegExp(`begun ${name}`));
  }
  await stop(program);
  assert.deepEqual(program.lines.filter((line) => /gap/.test(line)), []);
  const first = (name: string) =>
    Number(
      program.lines.find((line) => line.includes(`begun ${name}`))!.match(
        /\d+$/,
      ),
    );
  assert(first("one") < first("two") && first("two") < first("four"));
  assert.match(program.log, /watch: swapping sink\n/);
  assert(!program.lines.some((line) => /swapped source/.test(line)));
});

Deno.test("run --watch keeps the old code if the new code is wrong, and reports it", async () => {
  await using folder = await service();
  await using program = watch(folder);
  await program.line(/begun one/);
  const file = folder.file("sink.ts");
  await Deno.writeTextFile(file, sink("two", "const n: number = 'text';"));
  await complains(program, /TS2322[\s\S]*watch: the old code keeps running/);
  await Deno.writeTextFile(file, sink("three", "const n = ;"));
  await complains(program, /\[LOAD_FAILED\][\s\S]*sink\.ts:4:/);
  await complains(program, /the old code keeps running/, 2);
  await Deno.remove(file);
  await complains(program, /the old code keeps running/, 3);
  await Deno.writeTextFile(file, sink("four"));
  await program.line(/begun four/);
  await stop(program);
  const begun = program.lines.filter((line) => /begun/.test(line));
  assert.deepEqual(begun.map((line) => line.match(/begun (\w+)/)![1]), [
    "one",
    "four",
  ]);
  assert(!program.lines.some((line) => /gap/.test(line)));
});

Deno.test("run --watch keeps the old code and all waiting messages if init of the new code fails", async () => {
  await using folder = await service();
  await using program = watch(folder);
  await program.line(/begun one/);
  const failing = sink("two").replace(
    "context.handle(",
    'throw new Error("no luck"); context.handle(',
  );
  await Deno.writeTextFile(folder.file("sink.ts"), failing);
  await program.line(/\[INIT_FAILED\] .*"sink": no luck/);
  await program.line(/begun one/, 2);
  await stop(program);
  assert(!program.lines.some((line) => /gap/.test(line)));
});

Deno.test("run --watch swaps the modules that import a changed file, and no others", async () => {
  const importing = (name: string) =>
    moduleText(
      `
      name: "${name}",
      init(context) {
        context.log.info("${name} says " + outer() + note + data.n + " " + started);
      },`,
      `
      import { outer } from "./outer.ts";
      import { started } from "@/shared.ts";
      import note from "./note.txt" with { type: "text" };
      import data from "./data.json" with { type: "json" };`,
    );
  const project = JSON.parse(
    await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
  );
  const root = new URL("../../", import.meta.url).pathname;
  await using folder = await ServiceFolder.make({
    "deno.json": JSON.stringify({
      imports: {
        "@/": "./",
        "@caryatid/sdk": "jsr:@caryatid/sdk@^0.1.0",
        zod: project.imports.zod,
      },
      links: ["sdk", "process", "cli", "modules"].map((name) => root + name),
    }),
    "a.ts": importing("a"),
    "b.ts": moduleText(
      `name: "b", init(context) { context.log.info("b says " + started); },`,
      `import { started } from "@/shared.ts";`,
    ),
    "outer.ts":
      'import { inner } from "./inner.ts";\nexport enum Mark { Bang }\nexport const outer = () => inner + Mark.Bang;\n',
    "inner.ts": 'export const inner: string = "x";\n',
    "shared.ts":
      "export const started: string = String(crypto.randomUUID());\n",
    "note.txt": "n",
    "data.json": '{"n":1}',
    "service.toml":
      '[module.a]\nimport = "./a.ts"\n[module.b]\nimport = "./b.ts"\n',
  });
  await using program = watch(folder);
  const first = await program.line(/a says x0n1 /);
  const shared = first.match(/\S+$/)![0];
  const edits: [file: string, text: string, says: string][] = [
    ["inner.ts", 'export const inner: string = "y";\n', "y0n1"],
    ["note.txt", "m", "y0m1"],
    ["data.json", '{"n":2}', "y0m2"],
  ];
  for (const [file, text, says] of edits) {
    await Deno.writeTextFile(folder.file(file), text);
    await program.line(new RegExp(`a says ${says} ${shared}`));
  }
  assert.equal(program.lines.filter((line) => /b says/.test(line)).length, 1);
  await Deno.writeTextFile(
    folder.file("shared.ts"),
    'export { started } from "./new.ts";\n',
  );
  await complains(program, /new\.ts[\s\S]*the old code keeps running/);
  await Deno.writeTextFile(
    folder.file("new.ts"),
    'export const started: string = "new";\n',
  );
  await program.line(/a says y0m2 new/);
  await program.line(/b says new/);
  await stop(program);
});

Deno.test("run --watch swaps a module with an edited section, and restarts for other tables", async () => {
  await using folder = await service();
  const file = folder.file("service.toml");
  await using program = watch(folder);
  await program.line(/begun one nothing/);
  await Deno.writeTextFile(
    file,
    SERVICE.replace('"./sink.ts"', '"./sink.ts"\nsay = "something"'),
  );
  await program.line(/begun one something/);
  await Deno.writeTextFile(
    file,
    `${SERVICE}\n[module.clock]\nperiod = 3600\n`,
  );
  await complains(
    program,
    /restarting: a swap cannot change the list of modules/,
  );
  await program.line(/begun one nothing/, 2);
  await Deno.writeTextFile(
    file,
    `${SERVICE}\n[module.clock]\nperiod = 1800\n`,
  );
  await program.line(/swapped clock/);
  await Deno.writeTextFile(
    file,
    `${SERVICE}\n[module.clock]\nperiod = 1800\n[message-bus.other]\nclass = "in-memory"\n[[message-router.route]]\npattern = "#"\nbus = "other"\n`,
  );
  await complains(
    program,
    /watch: restarting: a swap cannot change \[message-bus\]/,
  );
  await program.line(/stopped with exit code 0/, 2);
  await program.line(/bus other/);
  await program.line(/begun one nothing/, 3);
  await Deno.writeTextFile(file, "[module.sink");
  await complains(
    program,
    /\[INVALID_CONFIG\][\s\S]*the old code keeps running/,
  );
  await stop(program);
  assert(!program.lines.some((line) => /gap/.test(line)));
});

Deno.test("run --watch restarts a process whose permissions grow", async () => {
  await using folder = await service();
  await using program = watch(folder);
  await program.line(/begun one/);
  await Deno.writeTextFile(
    folder.file("sink.ts"),
    sink("two").replace("init(", 'permissions: { env: ["TOKEN"] }, init('),
  );
  await complains(program, /restarting: a swap cannot change the permissions/);
  await program.line(/begun two/);
  await stop(program);
});

Deno.test("run --watch handles a burst of changes, and a save by rename, as one change", async () => {
  await using folder = await service();
  await using program = watch(folder);
  await program.line(/begun one/);
  for (let n = 0; n < 20; n++) {
    await Deno.writeTextFile(folder.file("sink.ts~"), sink(`burst-${n}`));
    await Deno.remove(folder.file("sink.ts"));
    await Deno.rename(folder.file("sink.ts~"), folder.file("sink.ts"));
  }
  await program.line(/begun burst-19/);
  await stop(program);
  const swaps = program.lines.filter((line) => /swapped sink/.test(line));
  // A busy machine may pause in between.
  assert(swaps.length <= 2, swaps.join("\n"));
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`run --watch forwards ${signal}, and exits with the code of the process`, async () => {
    await using folder = await service();
    await using program = watch(folder);
    await program.line(/begun one/);
    program.kill(signal);
    assert.equal(await program.exitCode(), 0);
    await program.line(new RegExp(`${signal} received, shutting down`));
    assert.equal(program.log, "");
  });
}

Deno.test("run --watch starts an ended process again at the next change", async () => {
  const broken = (name: string) =>
    sink(name).replace("first = false;", 'throw new Error("broken");');
  await using folder = await service({
    "sink.ts": broken("one"),
    "service.toml": `${SERVICE}\n[lifecycle]\nstop-deadline = 0.1\n`,
  });
  const file = folder.file("sink.ts");
  await using program = watch(folder);
  await complains(
    program,
    /the process ended with exit code 1, waiting for a change/,
  );
  await Deno.writeTextFile(file, sink("two"));
  await program.line(/begun two/);
  await Deno.writeTextFile(file, broken("three"));
  await complains(program, /the process ended with exit code 1/, 2);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 1);
});

Deno.test("the process of run --watch ends when the command is killed", async () => {
  await using folder = await service();
  const pidFile = folder.file("pid");
  await Deno.writeTextFile(
    folder.file("sink.ts"),
    sink("one").replace(
      "init(context, config) {",
      `permissions: { write: ["${pidFile}"] },
       init(context, config) { Deno.writeTextFileSync("${pidFile}", String(Deno.pid));`,
    ),
  );
  await using program = watch(folder);
  await program.line(/begun one/);
  const pid = await Deno.readTextFile(pidFile);
  program.kill("SIGKILL");
  await program.line(/stopped with exit code 0/);
  assert.notEqual(pid, String(program.pid));
});

Deno.test("run --watch starts nothing if there is a problem, and exits with 2", async () => {
  await using folder = await service({ "sink.ts": "export default 1;" });
  await using program = watch(folder);
  assert.equal(await program.exitCode(), 2);
  assert.match(program.log, /\[LOAD_FAILED\].*expected a module/);
});

Deno.test("run --watch ends at a signal while it handles a change", async () => {
  await using folder = await service();
  await using program = watch(folder);
  await program.line(/begun one/);
  await Deno.writeTextFile(folder.file("sink.ts"), sink("two"));
  await complains(program, /watch: sink\.ts changed/);
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0);
  assert.match(program.lines.at(-1)!, /stopped with exit code 0/);
  assert(!program.log.includes("swapping"));
});

Deno.test("run --watch ends with 130 at a second SIGINT, as its process does", async () => {
  await using folder = await service({
    "sink.ts": moduleText(`
      name: "sink",
      init(context) {
        context.run(() => { context.log.info("begun"); return new Promise(() => {}); });
      },
    `),
  });
  await using program = watch(folder);
  await program.line(/begun/);
  program.kill("SIGINT");
  await program.line(/received, shutting down/);
  program.insist("SIGINT");
  assert.equal(await program.exitCode(), 130);
});
