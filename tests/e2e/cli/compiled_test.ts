import assert from "node:assert/strict";
import { ROOT } from "../../support/running_program.ts";
import { compileError } from "../../../cli/compile/deno_compile.ts";
import { caryatid } from "./caryatid.ts";
import { CompiledFile } from "./compiling.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const SIMPLE = `${ROOT}examples/simple/caryatid.toml`;

/** Prints a key of its section, and ends. */
const PRINT = moduleText(`
  name: "talk",
  config: z.object({ say: z.string() }),
  init(context, { say }) {
    context.run(() => context.log.info("it says {say}", { say }));
  },
`);
const FILES = {
  "talk.ts": PRINT,
  "base.toml": '[module.talk]\nimport = "./talk.ts"\nsay = "baked in"\n',
  "more.toml": '[module.talk]\nsay = "laid over"\n',
};

Deno.test("a binary runs its embedded configuration, and stops at a signal", async () => {
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

Deno.test("standard input, granted files and the environment override the embedded configuration", async (t) => {
  await using folder = await ServiceFolder.make(FILES);
  const over = folder.file("more.toml");
  await using file = await CompiledFile.write([
    ...[folder.file("base.toml"), "-o", folder.file("talk")],
    `--allow-read=${over}`,
  ]);
  await t.step("without options it uses the embedded value", async () => {
    await using program = file.start();
    await program.line(/it says baked in/);
  });
  await t.step("--config FILE", async () => {
    await using program = file.start(["--config", over]);
    await program.line(/it says laid over/);
  });
  await t.step("--config -", async () => {
    await using program = file.start(["--config", "-"], {}, { input: true });
    await program.write('[module.talk]\nsay = "piped"');
    await program.endInput();
    await program.line(/it says piped/);
  });
  await t.step("a variable overrides everything", async () => {
    await using program = file.start(["--config", over], {
      CARYATID_MODULE__TALK__SAY: "by variable",
    });
    await program.line(/it says by variable/);
  });
});

Deno.test("a binary reports wrong options, missing permissions and missing code", async (t) => {
  await using folder = await ServiceFolder.make(FILES);
  await using file = await CompiledFile.write(
    [folder.file("base.toml"), "-o", folder.file("talk")],
  );
  const over = folder.file("more.toml");
  for (
    const [name, args, code, wanted] of [
      [
        "a file that it may not read",
        ["--config", over],
        1,
        `error [PERMISSION_DENIED] Cannot read "${over}": found no permission baked in; expected read access (Use talk --config - < FILE, which needs none, or compile it with --allow-read=${over}.)`,
      ],
      [
        "an unknown option",
        ["--verbose"],
        2,
        'error [INVALID_OPTION] Cannot use "--verbose": expected --config FILE…, --health URL, --help or --version (Pass --help to see all options.)',
      ],
      [
        "--config without a file",
        ["--config"],
        2,
        "error [INVALID_OPTION] Cannot use --config: found no file behind it; expected one (Pass --help to see all options.)",
      ],
    ] as const
  ) {
    await t.step(name, async () => {
      await using program = file.start(args);
      assert.equal(await program.exitCode(), code);
      assert.equal((await program.stderr).trim(), wanted);
    });
  }
  await t.step("code that is not embedded", async () => {
    await using program = file.start([], {
      CARYATID_MODULE__TALK__IMPORT: "npm:cowsay",
    });
    assert.equal(await program.exitCode(), 2);
    await program.line(/npm:cowsay is not in this binary \(Compile the/);
  });
  await t.step("a section that does not match its schema", async () => {
    await using program = file.start([], { CARYATID_MODULE__TALK__SAY: "[1]" });
    assert.equal(await program.exitCode(), 2);
    await program.line(/INVALID_CONFIG.*module\.talk\.say/);
  });
});

Deno.test("a binary prints its version, contents and permissions", async () => {
  await using folder = await ServiceFolder.make(FILES);
  await using file = await CompiledFile.write(
    [
      folder.file("base.toml"),
      "-o",
      folder.file("talk"),
      "--allow-net=a.example",
    ],
  );
  await using version = file.start(["--version"]);
  assert.equal(await version.exitCode(), 0);
  assert.match(version.lines[0]!, /^talk \(Caryatid \S+, Deno \S+\)$/);
  await using help = file.start(["--help"]);
  assert.equal(await help.exitCode(), 0);
  const text = help.lines.join("\n");
  assert(text.includes("Contents: talk.ts"), text);
  assert(text.includes("--allow-net=a.example --allow-env=CARYATID_*"), text);
});

Deno.test("docs/reference/commands.md shows the help of a binary, and the error without a compile runtime", async () => {
  const page = await Deno.readTextFile(`${ROOT}docs/reference/commands.md`);
  await using folder = await ServiceFolder.make({});
  const project = folder.file("hello");
  await caryatid(["new", project, "--template", "worker"]);
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

Deno.test("a binary of one process runs that process, with several files and pinned code", async () => {
  const bytes = new TextEncoder().encode(PRINT);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const pin = `sha256-${btoa(String.fromCharCode(...hash))}`;
  await using folder = await ServiceFolder.make({
    ...FILES,
    "base.toml": `
[module.talk]
import = "./talk.ts"
integrity = "${pin}"
say = "one"
[module.clock]
[process.talk]
modules = ["talk"]
[process.time]
modules = ["clock"]
`,
  });
  await using file = await CompiledFile.write([
    ...[folder.file("base.toml"), folder.file("more.toml")],
    ...["--process", "talk", "-o", folder.file("talk")],
  ]);
  await using program = file.start();
  await program.line(/module talk/);
  await program.line(/it says laid over/);
  assert(program.lines.every((line) => !line.includes("module clock")));
});

Deno.test("granted paths stay relative to the compiled file", async () => {
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

Deno.test("a bundle contains the broker's client, standard modules and dynamic imports", async () => {
  await using folder = await ServiceFolder.make({
    ...FILES,
    "base.toml": `[module.talk]
import = "./talk.ts"
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
    ...["-o", folder.file("talk")],
  ]);
  await using wrong = file.start([], { CARYATID_MODULE__TALK__SAY: "[1]" });
  assert.equal(await wrong.exitCode(), 2);
  await wrong.line(/module\.talk\.say/);
  await using program = file.start([], {
    CARYATID_MESSAGE_BUS__EXTERNAL__URL: "amqp://127.0.0.1:1",
  });
  assert.equal(await program.exitCode(), 1);
  await program.line(/BUS_UNAVAILABLE.*refused/i);
});
