import assert from "node:assert/strict";
import { caryatid, startCaryatid, stop } from "../cli/caryatid.ts";
import { ROOT } from "../../support/running_program.ts";

const FILE = `${ROOT}examples/typed/caryatid.toml`;

Deno.test("caryatid check accepts examples/typed/caryatid.toml, and caryatid graph draws it", async () => {
  assert.deepEqual(await caryatid(["check", FILE]), {
    code: 0,
    stdout: "ok: 4 modules, 2 buses, 2 routes",
    stderr: "",
  });
  const ran = await caryatid(["graph", FILE]);
  assert.equal(ran.code, 0);
  for (
    const line of [
      'm1["publisher"]',
      't2(["sample.test"])',
      'm1 -->|"publish"| t2',
      't2 -->|"subscribe"| m3',
      "t2 -.-> t0",
      'subgraph g0["bus clock (in-memory)"]',
      "  t1",
    ]
  ) assert(ran.stdout.includes(`  ${line}\n`), line);
});

Deno.test("examples/typed/caryatid.toml runs without the example's program", async () => {
  await using program = startCaryatid(["run", FILE]);
  await program.line(/subscriber: Received test: Hello, world! 42/);
  await program.line(/subscriber: The time sponsored by Caryatid is /);
  await stop(program);
});
