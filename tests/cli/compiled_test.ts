import assert from "node:assert/strict";
import { ROOT } from "../support/running_program.ts";
import { compileError } from "../../process/cli/compile/deno_compile.ts";
import { caryatid } from "./caryatid.ts";
import { CompiledFile } from "./compiling.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const SIMPLE = `${ROOT}examples/simple/caryatid.toml`;

/** Prints a key of its section, and ends. */
const TELL = moduleText(`
  name: "tell",
  config: z.object({ say: z.string() }),
  init(context, { say }) {
    context.run(() => context.log.info("it says {say}", { say }));
  },
`);
const FILES = {
  "tell.ts": TELL,
  "base.toml": '[module.tell]\nimport = "./tell.ts"\nsay = "baked in"\n',
  "more.toml": '[module.tell]\nsay = "laid over"\n',
};

Deno.test("the program of a binary runs what is baked in, and stops by a signal", async () => {
  await using folder = await ServiceFolder.make({});
  await using file = await CompiledFile.write(
    [SIMPLE, "-o", folder.file("simple")],
  );
  await using program = file.start();
  await program.line(/subscriber: Received: \{ message: "Hello, world!" \}/);
  program.kill("SIGTERM");
  assert.equal(await program.exitCode(), 0);
  await program.line(/SIGTERM received, shutting down/);
});

Deno.test("what is baked in is overridden by standard input, granted files and the environment", async (t) => {
  await using folder = await ServiceFolder.make(FILES);
  const over = folder.file("more.toml");
  await using file = await CompiledFile.write([
    ...[folder.file("base.toml"), "-o", folder.file("tell")],
    `--allow-read=${over}`,
  ]);
  await t.step("alone, it says what was compiled", async () => {
    await using program = file.start();
    await program.line(/it says baked in/);
  });
  await t.step("--config FILE", async () => {
    await using program = file.start(["--config", over]);
    await program.line(/it says laid over/);
  });
  await t.step("--config -", async () => {
    await using program = file.start(["--config", "-"], {}, { input: true });
    await program.write('[module.tell]\nsay = "piped"');
    await program.endInput();
    await program.line(/it says piped/);
  });
  await t.step("a variable wins over all", async () => {
    await using program = file.start(["--config", over], {
      CARYATID_MODULE__TELL__SAY: "by variable",
    });
    await program.line(/it says by variable/);
  });
});

Deno.test("a binary says what it can't do", async (t) => {
  await using folder = await ServiceFolder.make(FILES);
  await using file = await CompiledFile.write(
    [folder.file("base.toml"), "-o", folder.file("tell")],
  );
  const over = folder.file("more.toml");
  for (
    const [name, args, code, wanted] of [
      [
        "a file that it may not read",
        ["--config", over],
        1,
        `error [PERMISSION_DENIED] Cannot read "${over}": found no permission baked in, wanted read access (tell --config - < FILE needs none; or compile it with --allow-read=${over})`,
      ],
      [
        "an option that it doesn't know",
        ["--verbose"],
        2,
        'error [INVALID_OPTION] Cannot use "--verbose": wanted --config FILE…, --health URL, --help or --version (--help tells more)',
      ],
      [
        "--config without a file",
        ["--config"],
        2,
        "error [INVALID_OPTION] Cannot use --config: found no file behind it, wanted one (--help tells more)",
      ],
    ] as const
  ) {
    await t.step(name, async () => {
      await using program = file.start(args);
      assert.equal(await program.exitCode(), code);
      assert.equal((await program.stderr).trim(), wanted);
    });
  }
  await t.step("code that it doesn't hold", async () => {
    await using program = file.start([], {
      CARYATID_MODULE__TELL__IMPORT: "npm:cowsay",
    });
    assert.equal(await program.exitCode(), 2);
    await program.line(/npm:cowsay is not in this binary \(compile the/);
  });
  await t.step("a section that its module doesn't take", async () => {
    await using program = file.start([], { CARYATID_MODULE__TELL__SAY: "[1]" });
    assert.equal(await program.exitCode(), 2);
    await program.line(/INVALID_CONFIG.*module\.tell\.say/);
  });
});

Deno.test("a binary tells its version, what it holds and what it may do", async () => {
  await using folder = await ServiceFolder.make(FILES);
  await using file = await CompiledFile.write(
    [
      folder.file("base.toml"),
      "-o",
      folder.file("tell"),
      "--allow-net=a.example",
    ],
  );
  await using version = file.start(["--version"]);
  assert.equal(await version.exitCode(), 0);
  assert.match(version.lines[0]!, /^tell \(Caryatid \S+, Deno \S+\)$/);
  await using help = file.start(["--help"]);
  assert.equal(await help.exitCode(), 0);
  const text = help.lines.join("\n");
  assert(text.includes("It holds: tell.ts"), text);
  assert(text.includes("--allow-net=a.example --allow-env=CARYATID_*"), text);
});

Deno.test("docs/cli.md shows the help of a binary, and the error without a compile runtime", async () => {
  const page = await Deno.readTextFile(`${ROOT}docs/cli.md`);
  await using folder = await ServiceFolder.make({});
  const project = folder.file("hello");
  await caryatid(["new", "project", project]);
  await using file = await CompiledFile.write(
    [`${project}/caryatid.toml`, "-o", `${project}/hello`],
  );
  await using help = file.start(["--help"]);
  assert.equal(await help.exitCode(), 0);
  assert(page.includes(`\`\`\`text\n${help.lines.join("\n")}\n\`\`\``));
  const target = "x86_64-unknown-linux-gnu";
  const url =
    `https://dl.deno.land/release/v${Deno.version.deno}/denort-${target}.zip`;
  const { message } = await compileError(
    `error sending request for url (${url}): client error (Connect): dns error: ` +
      "failed to lookup address information: Name or service not known",
    target,
  );
  assert(page.includes(`error [COMPILE_FAILED] ${message} (put denort-`));
});

Deno.test("a binary of one process of a file runs that one, with several files and pinned code", async () => {
  const bytes = new TextEncoder().encode(TELL);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const pin = `sha256-${btoa(String.fromCharCode(...hash))}`;
  await using folder = await ServiceFolder.make({
    ...FILES,
    "base.toml": `
[module.tell]
import = "./tell.ts"
integrity = "${pin}"
say = "one"
[module.clock]
[process.talk]
modules = ["tell"]
[process.time]
modules = ["clock"]
`,
  });
  await using file = await CompiledFile.write([
    ...[folder.file("base.toml"), folder.file("more.toml")],
    ...["--process", "talk", "-o", folder.file("talk")],
  ]);
  await using program = file.start();
  await program.line(/module tell/);
  await program.line(/it says laid over/);
  assert(program.lines.every((line) => !line.includes("module clock")));
});

Deno.test("paths that the file grants stay where it was compiled", async () => {
  await using folder = await ServiceFolder.make({
    "reads.ts": moduleText(`
      name: "reads",
      permissions: (config) => ({ read: [config.path] }),
      init(context, { path }) {
        context.run(async () => context.log.info("it read {text}", { text: await Deno.readTextFile(path) }));
      },
    `),
    "data.txt": "what is there",
  });
  const path = folder.file("data.txt");
  await Deno.writeTextFile(
    folder.file("x.toml"),
    `[module.reads]\nimport = "./reads.ts"\npath = "${path}"\n[module.reads.permissions]\nread = ["./data.txt"]\n`,
  );
  await using file = await CompiledFile.write(
    [folder.file("x.toml"), "-o", folder.file("reads")],
  );
  await using program = file.start(); // in another folder
  await program.line(/it read what is there/);
});

Deno.test("a bundle runs with all that it needs: a broker's client, standard modules, and what is loaded late", async () => {
  await using folder = await ServiceFolder.make({
    ...FILES,
    "base.toml": `[module.tell]
import = "./tell.ts"
say = "from a bundle"
[module.clock]
[message-bus.memory]
class = "in-memory"
[message-bus.external]
class = "rabbit-mq"
[[message-router.route]]
pattern = "never"
bus = "external"
[[message-router.route]]
pattern = "#"
bus = "memory"
[lifecycle]
start-deadline = 2
`,
  });
  await using file = await CompiledFile.write([
    ...[folder.file("base.toml"), "--bundle", "--allow-net"],
    ...["-o", folder.file("tell")],
  ]);
  await using wrong = file.start([], { CARYATID_MODULE__TELL__SAY: "[1]" });
  assert.equal(await wrong.exitCode(), 2);
  await wrong.line(/module\.tell\.say/);
  await using program = file.start([], {
    CARYATID_MESSAGE_BUS__EXTERNAL__URL: "amqp://127.0.0.1:1",
  });
  assert.equal(await program.exitCode(), 1);
  await program.line(/BUS_UNAVAILABLE.*refused/i);
});
