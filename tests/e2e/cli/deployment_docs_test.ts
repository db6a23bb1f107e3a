import assert from "node:assert/strict";
import { ROOT } from "../../support/running_program.ts";
import { ServiceFolder } from "./service_folder.ts";

const PAGE = await Deno.readTextFile(`${ROOT}docs/guide/deployment.md`);
const [, unit] = PAGE.match(/```ini\n(\[Unit\][\s\S]*?)```/)!;
const version = await systemd();

Deno.test("the unit of docs/guide/deployment.md gives a service time to stop, and does not restart a wrong configuration", () => {
  const [, seconds] = unit!.match(/^TimeoutStopSec=(\d+)$/m)!;
  // the default stop-deadline, and the time to close buses
  assert(Number(seconds) >= 10 + 3);
  assert.match(unit!, /^RestartPreventExitStatus=2$/m);
});

Deno.test({
  name: version
    ? "the unit of docs/guide/deployment.md is what systemd takes"
    : "the unit of docs/guide/deployment.md is what systemd takes (skipped: no systemd-analyze here)",
  ignore: !version,
  async fn() {
    // The programs must exist.
    const text = unit!.replace("/usr/local/bin/hello", "/bin/true");
    await using folder = await ServiceFolder.make({ "hello.service": text });
    const { success, stderr } = await new Deno.Command("systemd-analyze", {
      args: ["verify", folder.file("hello.service")],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
    assert.equal(new TextDecoder().decode(stderr), "");
  },
});

async function systemd(): Promise<boolean> {
  try {
    const { success } = await new Deno.Command("systemd-analyze", {
      args: ["--version"],
    }).output();
    return success;
  } catch {
    return false; // the program is missing
  }
}
