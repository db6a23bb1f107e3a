import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { publishedPackage } from "../../../examples/plugins/npm_registry.ts";
import { caryatid } from "../cli/caryatid.ts";
import { ROOT } from "../../support/running_program.ts";
import { Program } from "./program.ts";
import { distinct, outputsIn, readmeOf } from "./readme.ts";

const FOLDER = `${ROOT}examples/plugins`;
const FILE = `${FOLDER}/caryatid.toml`;
const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}deno.json`));

function start(): Program {
  const command: string = tasks["example:plugins"];
  return new Program(command.split(" ").slice(1));
}

Deno.test("examples/plugins loads a file, a URL and a package, and ends by itself", async (t) => {
  // Deno downloads every missing package of the lock. In the lock of the
  // repository, the package would stop every command in a fresh clone.
  const lock = await Deno.readTextFile(`${ROOT}deno.lock`);
  await t.step("it prints what its README shows", async () => {
    await using program = start();
    assert.equal(await program.ended(), 0);
    const [output = []] = outputsIn(await readmeOf("plugins"));
    assert.deepEqual(distinct(output), distinct(program.lines));
  });
  await t.step("the lock of the repository is as before", async () => {
    assert.equal(await Deno.readTextFile(`${ROOT}deno.lock`), lock);
  });
  // Both servers have stopped now.
  await t.step("then check says ok", async () => {
    const { code, stdout } = await caryatid(["check", FILE]);
    assert.equal(stdout, "ok: 4 modules, 1 bus, 1 route");
    assert.equal(code, 0);
  });
  await t.step("then permissions shows that they get none", async () => {
    const { code, stdout } = await caryatid(["permissions", FILE]);
    assert.equal(code, 0);
    assert.match(stdout, /module\.shout +import +127\.0\.0\.1:4780 +its code/);
    assert.match(stdout, /module\.counter +- +- +it asks for nothing/);
  });
  await t.step("then integrity prints what the file says", async () => {
    const { stdout } = await caryatid(["integrity", FILE]);
    const toml = await Deno.readTextFile(FILE);
    const [line] = toml.match(/^integrity = .*$/m)!;
    assert(stdout.includes(`[module.shout]\n${line}\n`), stdout);
  });
  await t.step("a taken port is reported", async () => {
    await using _other = Deno.serve(
      { port: 4780, hostname: "127.0.0.1", onListen() {} },
      () => new Response(),
    );
    await using program = start();
    assert.equal(await program.ended(), 1);
    assert.match(
      await program.errors(),
      /Cannot serve on 127\.0\.0\.1:4780: the port is in use/,
    );
  });
});

Deno.test("the package of examples/plugins is the one that its deno.lock pins", async () => {
  const read = (name: string) =>
    Deno.readTextFile(`${FOLDER}/served/counter/${name}`);
  const { name, version, tarball } = publishedPackage({
    "package.json": await read("package.json"),
    "index.js": await read("index.js"),
  });
  const hash = createHash("sha512").update(tarball).digest("base64");
  const lock = JSON.parse(await Deno.readTextFile(`${FOLDER}/deno.lock`));
  assert.equal(lock.npm[`${name}@${version}`].integrity, `sha512-${hash}`);
});
