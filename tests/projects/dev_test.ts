import assert from "node:assert/strict";
import type { RunningProgram } from "../support/running_program.ts";
import { startCaryatid, stop } from "../e2e/cli/caryatid.ts";
import { moduleText, ServiceFolder } from "../e2e/cli/service_folder.ts";

/** Returns a module that logs its version and fails when asked. */
function greeter(version: string, before = ""): string {
  return moduleText(
    `
    name: "greeter",
    init(context, _, { previous }) {
      context.log.info("version ${version} after {previous}", {
        previous: String(previous ?? "nothing"),
      });
      context.keep(() => "${version}");
    },`,
    before,
  );
}

const CRASHING = moduleText(`
  name: "greeter",
  init(context) {
    context.log.info("crashing");
    context.run(() => Promise.reject(new Error("boom")));
  },
`);

const ONE = '[module.greeter]\nimport = "./greeter.ts"\n';
const TWO = `${ONE}[module.clock]
[process.first]
modules = ["greeter"]
[process.second]
modules = ["clock"]
`;

function dev(folder: ServiceFolder): RunningProgram {
  return startCaryatid(["dev", folder.file("service.toml")]);
}

function reports(program: RunningProgram, pattern: RegExp): Promise<true> {
  return program.until(
    () => pattern.test(program.log) || undefined,
    () => `${pattern} in ${program.log}`,
  );
}

Deno.test("dev swaps code that changed, keeps its state, and keeps the old code on a type error", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": greeter("one"),
    "service.toml": ONE,
  });
  await using program = dev(folder);
  await program.line(/version one after nothing/);
  const file = folder.file("greeter.ts");
  await Deno.writeTextFile(file, greeter("two"));
  await program.line(/version two after one/);
  const wrong = "const n: number = 'text';\nvoid n;";
  await Deno.writeTextFile(file, greeter("three", wrong));
  await reports(
    program,
    /TS2322 \[ERROR\]: .*\n +const n: number = 'text';\n +~\n +at .*greeter\.ts:4:11\n/,
  );
  await reports(program, /watch: the old code keeps running/);
  await Deno.writeTextFile(file, greeter("four"));
  await program.line(/version four after two/);
  await stop(program);
});

Deno.test("dev shows a dashboard, at a free port if the usual one is in use, also of two that start at once", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": greeter("one"),
    "service.toml": ONE,
  });
  await using first = dev(folder);
  await using second = dev(folder);
  await first.line(/dashboard on/);
  await second.line(/dashboard on/);
  await using third = dev(folder);
  for (const program of [first, second, third]) {
    const line = await program.line(/dashboard on http:\S+$/);
    const [url] = /http:\S+$/.exec(line)!;
    const response = await fetch(url);
    assert.match(await response.text(), /<!doctype html>/i);
  }
  for (const program of [first, second, third]) await stop(program);
});

Deno.test("dev --no-dashboard, and dev of a file with processes, start no dashboard", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": greeter("one"),
    "one.toml": ONE,
    "two.toml": TWO,
  });
  for (const args of [["one.toml", "--no-dashboard"], ["two.toml"]]) {
    const [file, ...flags] = args;
    await using program = startCaryatid(["dev", folder.file(file!), ...flags]);
    await program.line(/version one/);
    await stop(program);
    assert(program.lines.every((line) => !/dashboard on/.test(line)));
  }
});

Deno.test("dev adds no dashboard to a file that has one under another name, or another module under its name", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": greeter("one"),
    "other.toml": `${ONE}[module.board]\nclass = "dashboard"\nport = 0\n`,
    "taken.toml": ONE.replace("[module.greeter]", "[module.dashboard]"),
  });
  for (const file of ["other.toml", "taken.toml"]) {
    await using program = startCaryatid(["dev", folder.file(file)]);
    await program.line(/version one/);
    await program.line(/ready in/);
    await stop(program);
    const own = program.lines.filter((line) => /dashboard on/.test(line));
    assert(own.every((line) => /caryatid\.board: /.test(line)), own.join("\n"));
  }
});

Deno.test("dev waits for a change if the first code has a syntax error", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": "export default (;\n",
    "service.toml": ONE,
  });
  await using program = dev(folder);
  await reports(program, /LOAD_FAILED[\s\S]*watch: waiting for a change/);
  await Deno.writeTextFile(folder.file("greeter.ts"), greeter("one"));
  await program.line(/version one/);
  await stop(program);
});

Deno.test("dev swaps a module while other files of the project are broken", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": greeter("one"),
    "other.ts": 'export const wrong: number = "text";\nexport const (',
    "greeter_test.ts": 'import "./none.ts";\n',
    "service.toml": ONE,
  });
  await using program = dev(folder);
  await program.line(/version one after nothing/);
  await Deno.writeTextFile(folder.file("greeter.ts"), greeter("two"));
  await program.line(/version two after one/);
  assert.doesNotMatch(program.log, /other\.ts|none\.ts/);
  await stop(program);
});

Deno.test("dev swaps a module without its state, and says why, if the state is not data or too large", async () => {
  const states = ["[() => 1]", '"x".repeat(2_000_000)'];
  const text = (state: string, version: string) =>
    moduleText(`
      name: "greeter",
      init(context, _, { previous }) {
        context.log.info("version ${version} after {previous}", {
          previous: String(previous ?? "nothing"),
        });
        context.keep(() => ${state});
      },`);
  await using folder = await ServiceFolder.make({
    "greeter.ts": text(states[0]!, "one"),
    "service.toml": ONE,
  });
  await using program = dev(folder);
  await program.line(/version one after nothing/);
  const file = folder.file("greeter.ts");
  await Deno.writeTextFile(file, text(states[1]!, "two"));
  await program.line(/STATE_NOT_KEPT.*it is a function/);
  await program.line(/version two after nothing/);
  await Deno.writeTextFile(file, text("1", "three"));
  await program.line(/STATE_NOT_KEPT.*found \d+ bytes; expected at most \d+/);
  await program.line(/version three after nothing/);
  await stop(program);
});

Deno.test("dev waits for a change if the configuration cannot be read, and stops at a signal", async () => {
  await using folder = await ServiceFolder.make({ "service.toml": "[module" });
  await using program = dev(folder);
  await reports(program, /bad TOML[\s\S]*watch: waiting for a change/);
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0);
});

Deno.test("dev shows a dashboard once a configuration that could not be read is correct", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": greeter("one"),
    "service.toml": "[module",
  });
  await using program = dev(folder);
  await reports(program, /bad TOML[\s\S]*watch: waiting for a change/);
  await Deno.writeTextFile(folder.file("service.toml"), ONE);
  await program.line(/dashboard on http/);
  await stop(program);
});

Deno.test("dev restarts a process that fails, at once after a change", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": CRASHING,
    "service.toml": ONE,
  });
  await using program = dev(folder);
  await program.line(/crashing/);
  await reports(program, /ended with exit code 1, starts again in 1 s/);
  await program.line(/crashing/, 2);
  await reports(program, /starts again in 2 s/);
  await Deno.writeTextFile(folder.file("greeter.ts"), greeter("one"));
  await program.line(/version one/);
  await stop(program);
});

Deno.test("dev runs several processes, and swaps only in those that a change touches", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": greeter("one"),
    "service.toml": TWO,
  });
  await using program = dev(folder);
  await program.line(/^first +\| .*version one/);
  await program.line(/^second +\| .*module clock/);
  await Deno.writeTextFile(folder.file("greeter.ts"), greeter("two"));
  await program.line(/^first +\| .*version two after one/);
  await reports(program, /watch: first: swapping greeter\n/);
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0);
  assert.equal(
    program.lines.filter((line) => /stopped with exit code 0/.test(line))
      .length,
    2,
  );
});

Deno.test("dev restarts all processes if the file has others", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": greeter("one"),
    "service.toml": TWO,
  });
  await using program = dev(folder);
  await program.line(/^first +\| .*ready in/);
  await program.line(/^second +\| .*ready in/);
  const renamed = TWO.replace("second", "third");
  await Deno.writeTextFile(folder.file("service.toml"), renamed);
  await reports(program, /watch: restarting all: the list of processes/);
  await program.line(/^first +\| .*ready in/, 2);
  await program.line(/^third +\| .*ready in/);
  program.kill("SIGINT");
  assert.equal(await program.exitCode(), 0);
  const modules = program.lines.filter((line) => /INFO .*: module/.test(line));
  assert.deepEqual(
    modules.map((line) => line.replace(/ *\|.*caryatid:/, ":")).toSorted(),
    [
      "first: module greeter",
      "first: module greeter",
      "second: module clock",
      "third: module clock",
    ],
  );
  const ends = program.lines.filter((line) => /exit code 0/.test(line));
  assert.equal(ends.length, 4);
});

Deno.test("dev without a file runs caryatid.toml, and reports a missing one", async () => {
  await using folder = await ServiceFolder.make({});
  await using program = startCaryatid(["dev"], {}, folder.path);
  assert.equal(await program.exitCode(), 2);
  assert.match(await program.stderr, /INVALID_OPTION.*caryatid\.toml.*new/);
});
