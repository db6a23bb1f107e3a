import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { CodeServer, remoteModule } from "./code_server.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const LOCAL = moduleText(
  `
  name: "local",
  init(context) { context.run(async () => { context.log.info("from here"); }); },
`,
  'console.log("its code ran");',
);

function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

function service(url: string, [local, remote]: readonly string[]): string {
  return `[module.local]
import = "./local module.ts"
integrity = "${local}"
[module.remote]
import = "${url}"
integrity = "${remote}"
`;
}

Deno.test("check and run accept files that match their integrity", async () => {
  await using server = new CodeServer({ "m.js": remoteModule() });
  await using folder = await ServiceFolder.make({
    "local module.ts": LOCAL,
    "service.toml": service(server.url("m.js"), [
      hash(LOCAL),
      hash(remoteModule()),
    ]),
  });
  const file = folder.file("service.toml");
  const checked = await caryatid(["check", file]);
  assert.equal(checked.stdout, "ok: 2 modules, 1 bus, 1 route");
  assert.equal(checked.code, 0);
  await using program = startCaryatid(["run", file]);
  await program.line(/caryatid\.local: from here/);
  await program.line(/caryatid\.remote: from afar/);
  await stop(program);
});

Deno.test("F9 a changed file is refused with both hashes and its line, and nothing runs", async (t) => {
  await using server = new CodeServer({ "m.js": remoteModule() });
  const wanted = hash("what was written down");
  await using folder = await ServiceFolder.make({
    "local module.ts": LOCAL,
    "service.toml": service(server.url("m.js"), [wanted, wanted]),
  });
  const file = folder.file("service.toml");
  for (const command of ["check", "run", "permissions"]) {
    await t.step(command, async () => {
      const ran = await caryatid([command, file]);
      assert.equal(ran.code, 2);
      const problem = (id: string, line: number, text: string) =>
        `error [LOAD_FAILED] ${file}:${line}:1: ` +
        `Cannot load [module.${id}] from "${text}": `;
      const local = problem("local", 3, "./local module.ts") +
        `found ${hash(LOCAL)}; expected ${wanted}`;
      const remote = problem("remote", 6, server.url("m.js")) +
        `found ${hash(remoteModule())}; expected ${wanted}`;
      assert(ran.stderr.includes(local), ran.stderr);
      assert(ran.stderr.includes(remote), ran.stderr);
      assert.doesNotMatch(ran.stdout, /its code ran|from/);
    });
  }
});

Deno.test("the process refuses a file that changes after the check", async () => {
  await using folder = await ServiceFolder.make({
    "local module.ts": LOCAL,
    "service.toml": '[module.local]\nimport = "./local module.ts"\n' +
      `integrity = "${hash(LOCAL)}"\n`,
  });
  const file = folder.file("service.toml");
  const { stdout: command } = await caryatid(["run", "--print", file]);
  await Deno.writeTextFile(folder.file("local module.ts"), `${LOCAL}// more`);
  const { code, stdout } = await new Deno.Command("sh", {
    args: ["-c", command],
    env: { NO_COLOR: "1" },
  }).output();
  assert.equal(code, 2);
  const said = new TextDecoder().decode(stdout);
  assert(said.includes(`${file}:3:1: Cannot load [module.local]`), said);
  assert(
    said.includes(`found ${hash(`${LOCAL}// more`)}; expected ${hash(LOCAL)}`),
  );
  assert.doesNotMatch(said, /its code ran/);
});

Deno.test("integrity prints TOML to paste, and runs no code", async (t) => {
  await using server = new CodeServer({ "m.js": remoteModule() });
  await using folder = await ServiceFolder.make({
    "local module.ts": LOCAL,
    "loops.ts": "for (;;);",
    "service.toml": service(server.url("m.js"), [hash("old"), hash("old")]) +
      `[module.clock]
[module.loops]
import = "./loops.ts"
[module.package]
import = "npm:some-package@1"
`,
    "absent.toml": '[module.x]\nimport = "./absent.ts"\n',
    "nothing.toml": "[module.clock]\n",
  });
  await t.step(
    "a table for each file, and a comment for packages",
    async () => {
      const args = ["integrity", folder.file("service.toml")];
      assert.deepEqual(await caryatid(args), {
        code: 0,
        stdout: `[module.local]
integrity = "${hash(LOCAL)}"
[module.remote]
integrity = "${hash(remoteModule())}"
[module.loops]
integrity = "${hash("for (;;);")}"
# [module.package] deno.lock pins npm:some-package@1`,
        stderr: "",
      });
    },
  );
  await t.step("the output works as an overlay", async () => {
    const { stdout } = await caryatid(
      ["integrity", folder.file("service.toml")],
    );
    await Deno.writeTextFile(folder.file("pins.toml"), stdout);
    const { stderr } = await caryatid([
      ...["check", "--deadline=1"],
      ...["service.toml", "pins.toml"].map((name) => folder.file(name)),
    ]);
    assert.doesNotMatch(stderr, /sha256|WRONG_INTEGRITY/);
  });
  await t.step("a missing file is reported with its line", async () => {
    const ran = await caryatid(["integrity", folder.file("absent.toml")]);
    assert.equal(ran.code, 2);
    assert.match(
      ran.stderr,
      /error \[LOAD_FAILED\] .*absent\.toml:2:1: .*not found/,
    );
  });
  await t.step("a configuration without imports is an error", async () => {
    const ran = await caryatid(["integrity", folder.file("nothing.toml")]);
    assert.equal(ran.code, 2);
    assert.match(ran.stderr, /found no import/);
  });
});

Deno.test("integrity --reload hashes the new version of a remote file", async () => {
  await using server = new CodeServer({ "m.js": remoteModule() });
  const newer = `${remoteModule()} // newer`;
  const service = (text: string) =>
    `[module.remote]\nimport = "${server.url("m.js")}"\n` +
    `integrity = "${hash(text)}"\n`;
  await using folder = await ServiceFolder.make({
    "old.toml": service(remoteModule()),
    "new.toml": service(newer),
  });
  const [old, fresh] = ["old.toml", "new.toml"].map((one) => folder.file(one));
  assert.equal((await caryatid(["check", old!])).code, 0);
  server.files.set("m.js", newer);
  const cached = await caryatid(["run", fresh!]);
  assert.equal(cached.code, 2);
  assert.match(
    cached.stderr,
    /found sha256-.*download it again with --reload\.\)/,
  );
  const hashes = await caryatid(["integrity", "--reload", fresh!]);
  assert.equal(hashes.stdout, `[module.remote]\nintegrity = "${hash(newer)}"`);
  await using program = startCaryatid(["run", "--reload", fresh!]);
  await program.line(/from afar/);
  await stop(program);
});

Deno.test("Process.create refuses a changed file with read permission only", async () => {
  await using folder = await ServiceFolder.make({
    "local.ts": `console.log("its code ran");`,
    "main.ts": `
      import { Process } from "@caryatid/process";
      await Process.main({
        config: { module: { x: {
          import: "./local.ts", integrity: "${hash("something else")}",
        } } },
        base: import.meta.url,
      });
    `,
  });
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--no-lock",
      `--config=${new URL("../../../deno.json", import.meta.url).pathname}`,
      `--allow-read=${folder.file("local.ts")}`,
      folder.file("main.ts"),
    ],
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stdout);
  assert.equal(code, 2, said);
  assert.match(said, /\[LOAD_FAILED\].*found sha256-\S+; expected sha256-/);
  assert.doesNotMatch(said, /its code ran/);
});
