import assert from "node:assert/strict";
import { freePort } from "../../broker/free_port.ts";
import { caryatid, startCaryatid, stop } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const SLOW = moduleText(`
  name: "slow",
  init(context) {
    context.subscribe("work.#", { queueSize: 1 });
    context.handle("ask", () => new Promise(() => {}));
  },
`);

Deno.test("run --dashboard serves the page, and top --attach shows a stuck module", async () => {
  await using folder = await ServiceFolder.make({ "slow.ts": SLOW });
  const control = folder.file("control.json");
  await Deno.writeTextFile(
    folder.file("service.toml"),
    '[module.slow]\nimport = "./slow.ts"\n' +
      `[module.control]\nfile = "${control}"\n`,
  );
  const port = freePort();
  await using program = startCaryatid(
    ["run", folder.file("service.toml"), "--dashboard"],
    { CARYATID_MODULE__DASHBOARD__PORT: String(port) },
  );
  await program.line(/--attach finds this process/);
  const page = await fetch(`http://127.0.0.1:${port}/`);
  assert.match(await page.text(), /<title>Caryatid<\/title>/);
  const at = ["--attach", control];
  const asking = caryatid(["request", "ask", "1", "--timeout", "60", ...at]);
  for (;;) {
    const { code, stdout } = await caryatid(["top", "--once", ...at]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^process \(pid \d+\) {2}up \d/);
    if (!/^! control > slow: no answer on ask/m.test(stdout)) continue;
    const [, first] = stdout.split(/^MODULE.*\n/m);
    assert.match(first!, /^slow \(process\)\s+stuck/);
    break;
  }
  await stop(program);
  await asking;
});

Deno.test("run --dashboard and --process exclude each other", async () => {
  const ran = await caryatid([
    "run",
    "service.toml",
    "--dashboard",
    "--process",
    "front",
  ]);
  assert.notEqual(ran.code, 0);
  assert.match(ran.stderr, /Add "dashboard" to modules of \[process\.front\]/);
});
