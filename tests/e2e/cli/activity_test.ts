import assert from "node:assert/strict";
import { hasTerminal, onTerminal } from "../../support/on_terminal.ts";
import { caryatid, COMMAND } from "./caryatid.ts";
import { CodeServer, remoteModule } from "./code_server.ts";
import { ServiceFolder } from "./service_folder.ts";

const why = hasTerminal ? "" : " (skipped: there is no program `script`)";

async function project(server: CodeServer): Promise<ServiceFolder> {
  return await ServiceFolder.make({
    "a.toml": `[module.remote]\nimport = "${server.url("remote.js")}"\n`,
  });
}

Deno.test({
  name:
    `check shows downloads on one line with their rate in a terminal, and removes it${why}`,
  ignore: !hasTerminal,
  async fn() {
    await using server = new CodeServer({ "remote.js": remoteModule() });
    await using folder = await project(server);
    const shown = await onTerminal([
      ...[Deno.execPath(), "run", "-A", COMMAND, "check"],
      folder.file("a.toml"),
    ]);
    assert.match(
      shown,
      /downloading \| 0 files \| 0\.0 per second \| 0s[^\n]*downloading \| [1-9]\d* files \| [\d.]+ per second[^\n]*\[2K/,
    );
    assert.match(shown, /ok: 1 module/);
    // cursor and wrapping stay as they are
    assert(!shown.includes("\x1b[?25l") && !shown.includes("\x1b[?7l"));
  },
});

Deno.test("check prints a line for each download if standard error is not a terminal", async () => {
  await using server = new CodeServer({ "remote.js": remoteModule() });
  await using folder = await project(server);
  const { code, stderr } = await caryatid(["check", folder.file("a.toml")]);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^Download http\S+remote\.js$/m);
  assert.doesNotMatch(stderr, /per second/);
});
