import assert from "node:assert/strict";
import { ROOT } from "../../support/running_program.ts";
import { caryatid } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const GREETER = moduleText(`
  name: "greeter",
  config: z.strictObject({ text: z.string(), count: z.int().default(1) }),
  init() {},
`);
const RIGHT = '[module.greeter]\nimport = "./greeter.ts"\ntext = "hello"\n';

/** Validates files with Taplo, the language server of TOML in editors. */
async function taplo(folder: ServiceFolder, ...files: string[]) {
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", `--config=${ROOT}deno.json`, "npm:@taplo/cli@^0.7.0"],
      ...["lint", "--no-auto-config", "--colors=never"],
      `--schema=file://${folder.file("schema.json")}`,
      ...files.map((file) => folder.file(file)),
    ],
    cwd: folder.path,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

Deno.test("Taplo accepts a file by the schema of its modules, and reports an unknown key and a wrong type", async () => {
  await using folder = await ServiceFolder.make({
    "greeter.ts": GREETER,
    "right.toml": `${RIGHT}count = 2\n`,
    "unknown.toml": `${RIGHT}cuont = 2\n`,
    "wrong.toml": `${RIGHT}count = "two"\n`,
  });
  const { stdout } = await caryatid(["schema", folder.file("right.toml")]);
  await Deno.writeTextFile(folder.file("schema.json"), stdout);
  const accepted = await taplo(folder, "right.toml");
  assert.equal(accepted.code, 0, accepted.stderr);
  const { code, stderr } = await taplo(folder, "unknown.toml", "wrong.toml");
  assert.equal(code, 1, stderr);
  assert.match(stderr, /\('cuont' was unexpected\)/);
  assert.match(stderr, /"two" is not of type "integer"/);
  assert.doesNotMatch(stderr, /right\.toml/);
});
