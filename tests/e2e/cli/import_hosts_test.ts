import assert from "node:assert/strict";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { CodeServer, remoteModule } from "./code_server.ts";
import { ServiceFolder } from "./service_folder.ts";

Deno.test("[import] hosts limits imports, further imports and redirects", async (t) => {
  await using server = new CodeServer({ "m.js": remoteModule() });
  // The same server with another name is another host.
  const elsewhere = server.url("m.js").replace("127.0.0.1", "localhost");
  const other = new URL(elsewhere).host;
  server.files.set("redirect.js", () => Response.redirect(elsewhere));
  server.files.set("deep.js", `import "${elsewhere}";\n${remoteModule()}`);
  const section = (name: string, url: string) =>
    `[module.${name}]\nimport = "${url}"\n`;
  await using folder = await ServiceFolder.make({
    "good.toml": `[import]\nhosts = ["${server.host}"]\n` +
      section("remote", server.url("m.js")),
    "bad.toml": `[import]\nhosts = ["${server.host}"]\n` +
      section("redirect", server.url("redirect.js")) +
      section("deep", server.url("deep.js")),
    "other.toml": `[import]\nhosts = ["${server.host}"]\n` +
      section("other", elsewhere),
    "none.toml": "[import]\nhosts = []\n[module.clock]\n",
  });
  await t.step(
    "code of these hosts runs, and no other host is allowed",
    async () => {
      const file = folder.file("good.toml");
      const { stdout } = await caryatid(["run", "--print", file]);
      assert(stdout.includes(` --allow-import=${server.host} `), stdout);
      await using program = startCaryatid(["run", file]);
      await program.line(/from afar/);
      await stop(program);
    },
  );
  await t.step(
    "imports and redirects to other hosts are refused, with the host",
    async () => {
      const file = folder.file("bad.toml");
      const { code, stderr } = await caryatid(["run", file]);
      assert.equal(code, 2);
      for (const line of [4, 6]) {
        const start = `error [LOAD_FAILED] ${file}:${line}:1: `;
        const problem = stderr.split("\n").find((one) => one.startsWith(start));
        assert(
          problem?.includes(`Requires import access to "${other}"`),
          stderr,
        );
      }
      assert.match(
        stderr,
        /allow-import=localhost:\d+, or in hosts of \[import\]/,
      );
    },
  );
  await t.step(
    "an import of another host is refused before a request",
    async () => {
      const before = server.count;
      const file = folder.file("other.toml");
      const { code, stderr } = await caryatid(["check", file]);
      assert.equal(code, 2);
      assert(
        stderr.startsWith(
          `error [INVALID_CONFIG] ${file}:4:1: Cannot use module.other.import: ` +
            `found code of ${other}; expected one of ${server.host}`,
        ),
        stderr,
      );
      assert.equal(server.count, before);
    },
  );
  await t.step("an empty list allows code without a host", async () => {
    const file = folder.file("none.toml");
    const { stdout } = await caryatid(["run", "--print", file]);
    assert.match(stdout, / --allow-import=none\.invalid /);
    await using program = startCaryatid(["run", file]);
    await program.line(/module clock/);
    await stop(program);
  });
  await t.step("--allow-import adds a host", async () => {
    const file = folder.file("bad.toml");
    const ran = await caryatid(["check", `--allow-import=${other}`, file]);
    assert.equal(ran.code, 0, ran.stderr);
  });
});
