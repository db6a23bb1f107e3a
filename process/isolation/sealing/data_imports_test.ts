import assert from "node:assert/strict";
import { fileURLToPath as fromFileUrl } from "node:url";
import { checkDataImports, dataImportErrors } from "./data_imports.ts";

for (
  const [file, type] of [["pipe", "text"], ["/dev/zero", "json"]] as const
) {
  Deno.test({
    name: `data imports of ${file} are refused before anything is read`,
    ignore: Deno.build.os === "windows",
    async fn() {
      const folder = await Deno.makeTempDir();
      const from = file === "pipe" ? `${folder}/pipe` : file;
      if (file === "pipe") {
        await new Deno.Command("mkfifo", { args: [from] }).output();
      }
      await Deno.writeTextFile(
        `${folder}/mod.ts`,
        `import data from "${from}" with { type: "${type}" }; void data;`,
      );
      await assert.rejects(
        checkDataImports({
          specifier: `file://${folder}/mod.ts`,
          read: [],
        }, {
          flags: ["--no-config"],
          env: {},
          deadline: 1_000,
        }),
        {
          code: "LOAD_FAILED",
          message: /its imports cannot be read|outside its folder/,
        },
      );
      await Deno.remove(folder, { recursive: true });
    },
  });
}

Deno.test("data imports of several modules are checked for each of them", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${folder}/own`);
  const write = (name: string, text: string) =>
    Deno.writeTextFile(`${folder}/${name}`, text);
  await write("secret.json", "{}");
  await write("own/data.json", "{}");
  const json = 'with { type: "json" };';
  await write(
    "own/good.ts",
    `import data from "./data.json" ${json}void data;`,
  );
  await write("own/bad.ts", `import "./good.ts";\nimport "./late.ts";`);
  await write("own/late.ts", `export * from "../secret.json" ${json}`);
  const inner = `import data from "file://${folder}/secret.json" ${json}`;
  const url = `data:text/javascript,${encodeURIComponent(inner)}`;
  await write("own/nested.ts", `import ${JSON.stringify(url)};`);
  await write("own/granted.ts", `import "./late.ts";`);
  const codes = ["good", "bad", "nested", "granted"].map((name) => ({
    specifier: `file://${folder}/own/${name}.ts`,
    read: name === "granted" ? [`${folder}/secret.json`] : [],
  }));
  const errors = await dataImportErrors(
    [...codes, { specifier: "https://127.0.0.1:1/mod.ts", read: [] }],
    { flags: ["--no-config"], env: {} },
  );
  const messages = errors.map((error) => error?.message ?? "");
  assert.equal(messages[0], "");
  assert.match(messages[1]!, /late\.ts:1 imports "\.\.\/secret\.json" as json/);
  assert.match(messages[2]!, /^data:.* as json: found a file outside/);
  assert.deepEqual(messages.slice(3), ["", ""]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("data imports of a module that the import map names are checked in its folder", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${folder}/own`);
  const write = (name: string, text: string) =>
    Deno.writeTextFile(`${folder}/${name}`, text);
  await write("deno.json", '{ "imports": { "plugin": "./own/mod.ts" } }');
  await write("secret.json", "{}");
  const options = {
    flags: [`--config=${folder}/deno.json`, "--no-lock"],
    env: {},
  };
  const code = { specifier: "plugin", read: [] };
  await write("own/mod.ts", "export default 1;");
  assert.equal(await checkDataImports(code, options), `${folder}/own/`);
  const json = 'with { type: "json" }';
  await write("own/mod.ts", `export * from "../secret.json" ${json};`);
  await assert.rejects(checkDataImports(code, options), {
    code: "LOAD_FAILED",
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("data imports are refused by a program that may not resolve their links", async () => {
  const { href: file } = new URL("data_imports.ts", import.meta.url);
  const guest = new URL("../testing/guests/imports.ts", import.meta.url).href;
  const config = fromFileUrl(new URL("../../../deno.json", import.meta.url));
  const options = { flags: [`--config=${config}`], env: {} };
  const program = `import { checkDataImports } from ${JSON.stringify(file)};
    const code = { specifier: ${JSON.stringify(guest)}, read: [] };
    await checkDataImports(code, ${JSON.stringify(options)})
      .then(console.log, (error) => console.log(error.message));`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", `--config=${config}`, "--allow-run"],
      `data:text/javascript,${encodeURIComponent(program)}`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  assert.match(
    new TextDecoder().decode(stdout),
    /imports\.ts:21 imports .* links this program may not read/,
  );
});

Deno.test("data imports are checked again if a file has changed since", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${folder}/own`);
  const write = (name: string, text: string) =>
    Deno.writeTextFile(`${folder}/${name}`, text);
  await write("secret.json", "{}");
  await write("own/data.json", "{}");
  const json = 'with { type: "json" };';
  await write("own/mod.ts", `import "./late.ts";`);
  await write("own/late.ts", `export * from "./data.json" ${json}`);
  const code = { specifier: `file://${folder}/own/mod.ts`, read: [] };
  const options = { flags: ["--no-config"], env: {} };
  const check = () => checkDataImports(code, options);
  assert.equal(await check(), `${folder}/own/`);
  assert.equal(await check(), `${folder}/own/`);
  await write("own/late.ts", `export * from "../secret.json" ${json}`);
  await assert.rejects(check(), /late\.ts:1 imports/);
  await write("own/late.ts", `export * from "./data.json" ${json}`);
  assert.equal(await check(), `${folder}/own/`);
  await Deno.remove(`${folder}/own/data.json`);
  await Deno.symlink("../secret.json", `${folder}/own/data.json`);
  await assert.rejects(check(), /found a link to/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "a data import of a hard link is refused unless it is granted",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.realPath(await Deno.makeTempDir());
    await Deno.mkdir(`${folder}/own`);
    await Deno.writeTextFile(`${folder}/secret.json`, "{}");
    await Deno.link(`${folder}/secret.json`, `${folder}/own/data.json`);
    await Deno.writeTextFile(
      `${folder}/own/mod.ts`,
      'import data from "./data.json" with { type: "json" }; void data;',
    );
    const check = (read: string[]) =>
      checkDataImports(
        { specifier: `file://${folder}/own/mod.ts`, read },
        { flags: ["--no-config"], env: {} },
      );
    await assert.rejects(check([]), {
      code: "LOAD_FAILED",
      message: /mod\.ts:1 imports .* as json: found a file with further hard/,
    });
    await check([`${folder}/own/data.json`]);
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "code outside of the project of a module is refused unless granted",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.realPath(await Deno.makeTempDir());
    await Deno.mkdir(`${folder}/own`);
    await Deno.writeTextFile(`${folder}/other.ts`, "export default 1;");
    await Deno.symlink("../other.ts", `${folder}/own/link.ts`);
    const check = async (from: string, read: string[] = []) => {
      const file = `${folder}/own/mod${read.length}.ts`;
      await Deno.writeTextFile(file, `import "${from}";`);
      const options = { flags: ["--no-config"], env: {} };
      await checkDataImports({ specifier: `file://${file}`, read }, options);
    };
    await assert.rejects(check("../other.ts"), {
      code: "LOAD_FAILED",
      message: /imports "\.\.\/other\.ts": found a file outside its project/,
    });
    await assert.rejects(check("./link.ts"), { message: /found a link to/ });
    await Deno.mkdir(`${folder}/own/node_modules/x`, { recursive: true });
    await Deno.symlink(
      `${folder}/other.ts`,
      `${folder}/own/node_modules/x/link.ts`,
    );
    await assert.rejects(check("./node_modules/x/link.ts"), {
      message: /found a (file|link)/,
    });
    await check("../other.ts", [`${folder}/other.ts`]);
    await Deno.writeTextFile(`${folder}/deno.json`, "{}");
    await Deno.writeTextFile(`${folder}/own/part.ts`, 'import "../other.ts";');
    await check("./part.ts", []);
    await Deno.remove(folder, { recursive: true });
  },
});
