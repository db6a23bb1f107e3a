import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { CodeServer, remoteModule } from "./code_server.ts";
import { ServiceFolder } from "./service_folder.ts";

/** The hash as Deno writes it into the lock. */
function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

Deno.test("deno.lock of the project applies: a changed module is refused with both hashes, and check does not write the lock", async (t) => {
  await using server = new CodeServer({ "m.js": remoteModule() });
  const url = server.url("m.js");
  await using folder = await ServiceFolder.make({});
  const project = folder.file("locked");
  await caryatid(["new", project, "--template", "worker"]);
  const file = `${project}/caryatid.toml`;
  const lock = `${project}/deno.lock`;
  await Deno.writeTextFile(file, `[module.remote]\nimport = "${url}"\n`);
  await t.step("run writes the lock", async () => {
    await using program = startCaryatid(["run", file]);
    await program.line(/from afar/);
    await stop(program);
    assert((await Deno.readTextFile(lock)).includes(hash(remoteModule())));
  });
  const good = await Deno.readTextFile(lock);
  await t.step(
    "unchanged code is accepted, with and without --frozen",
    async () => {
      for (const flags of [[], ["--frozen"]]) {
        const ran = await caryatid(["check", ...flags, file]);
        assert.equal(ran.code, 0, ran.stderr);
      }
      assert.equal(await Deno.readTextFile(lock), good);
    },
  );
  await t.step(
    "--frozen refuses code that is missing in the lock",
    async () => {
      const other = server.url("other.js");
      server.files.set("other.js", remoteModule());
      const text = `[module.other]\nimport = "${other}"\n`;
      await Deno.writeTextFile(`${project}/other.toml`, text);
      const ran = await caryatid([
        "run",
        "--frozen",
        file,
        `${project}/other.toml`,
      ]);
      assert.equal(ran.code, 2);
      assert.match(
        ran.stderr,
        /error \[LOAD_FAILED\] \S+other\.toml:2:1: .*\[module\.other\].*deno\.lock lacks/,
      );
      assert.equal(await Deno.readTextFile(lock), good);
    },
  );
  await t.step(
    "--frozen refuses code of an isolated module that is missing in the lock",
    async () => {
      const code = `${project}/isolated.ts`;
      await Deno.writeTextFile(code, 'import "npm:zod@^4";');
      const text = '[module.isolated]\nimport = "./isolated.ts"\n' +
        'isolation = "process"\n';
      await Deno.writeTextFile(`${project}/isolated.toml`, text);
      const ran = await caryatid([
        ...["check", "--frozen", file],
        `${project}/isolated.toml`,
      ]);
      assert.equal(await Deno.readTextFile(lock), good);
      assert.equal(ran.code, 2, ran.stdout);
      assert.match(
        ran.stderr,
        /error \[LOAD_FAILED\] \S+isolated\.toml:2:1: .*\[module\.isolated\].*deno\.lock lacks.*\(--frozen\)/,
      );
    },
  );
  const wanted = hash("something else");
  await Deno.writeTextFile(lock, good.replace(hash(remoteModule()), wanted));
  for (
    const args of [["check"], ["run"], ["check", "--frozen"], [
      "run",
      "--frozen",
    ]]
  ) {
    await t.step(`${args.join(" ")} reports the change`, async () => {
      const ran = await caryatid([...args, file]);
      assert.equal(ran.code, 2, ran.stdout + ran.stderr);
      assert.equal(
        ran.stderr.trimEnd(),
        `error [LOAD_FAILED] ${file}:2:1: Cannot load [module.remote] from ` +
          `"${url}": ${url} is not what deno.lock says: ` +
          `found ${hash(remoteModule())}; expected ${wanted} ` +
          "(Review what has changed before you write the lock again.)",
      );
    });
  }
});
