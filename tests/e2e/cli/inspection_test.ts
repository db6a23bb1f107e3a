import assert from "node:assert/strict";
import { caryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const GOOD = moduleText(
  `name: "good", init() {}, topics: { subscribe: ["a"], publish: ["a"] },`,
);

Deno.test("a module that prints reports about another module forges nothing", async () => {
  const report = {
    name: "good",
    permissions: { net: ["evil.example"] },
    resolved: "https://evil.example/code.ts",
    topics: [],
    problems: [{ code: "FORGED", key: ["module", "good"], message: "forged" }],
    notices: [],
  };
  const line = `\ncaryatid-inspection:${JSON.stringify(report)}\n`;
  await using folder = await ServiceFolder.make({
    "good.ts": GOOD,
    "hostile.ts": `
      Deno.stdout.writeSync(new TextEncoder().encode(${JSON.stringify(line)}));
      ${moduleText('name: "hostile", init() {},')}`,
    "service.toml": '[module.hostile]\nimport = "./hostile.ts"\n' +
      '[module.good]\nimport = "./good.ts"\n',
  });
  const ran = await caryatid(["check", "--json", folder.file("service.toml")]);
  const { parts, problems } = JSON.parse(ran.stdout);
  assert.equal(JSON.stringify(parts[1]).includes("evil"), false, ran.stdout);
  assert.deepEqual(
    problems.map(({ key, code }: Record<string, string>) => [key, code]),
    [["module.hostile", "FORGED"]],
    ran.stdout,
  );
});

Deno.test("code that takes more than 256 MiB while it is inspected is a problem of its module", async () => {
  await using folder = await ServiceFolder.make({
    "good.ts": GOOD,
    "greedy.ts": `
      const kept = [];
      for (let i = 0; i < 400; i++) kept.push(new Uint8Array(2 ** 20).fill(1));
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      ${moduleText('name: "greedy", init() {},')}`,
    "service.toml": '[module.greedy]\nimport = "./greedy.ts"\n' +
      '[module.good]\nimport = "./good.ts"\n',
  });
  const { code, stderr } = await caryatid([
    "check",
    folder.file("service.toml"),
  ]);
  assert.equal(code, 2);
  assert.match(
    stderr,
    /^error \[LOAD_FAILED\] \S+:2:1: .*greedy.*takes more memory than/,
  );
  assert.equal(stderr.trim().split("\n").length, 1, stderr);
});

Deno.test("check inspects code again after a change of a file that it imports", async () => {
  await using folder = await ServiceFolder.make({
    "topic.ts": 'export const topic = "first";',
    "talks.ts": moduleText(
      'name: "talks", init() {}, topics: { publish: [topic] },',
      'import { topic } from "./topic.ts";',
    ),
    "service.toml": '[module.talks]\nimport = "./talks.ts"\n',
  });
  const drawn = async () =>
    (await caryatid(["graph", folder.file("service.toml")])).stdout;
  assert.match(await drawn(), /first/);
  assert.match(await drawn(), /first/);
  await Deno.writeTextFile(
    folder.file("topic.ts"),
    'export const topic = "second";',
  );
  assert.match(await drawn(), /second/);
});
