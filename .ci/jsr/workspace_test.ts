import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { readManifest } from "../npm/sources.ts";
import { sourceOf } from "./bundle.ts";
import { writeJsrWorkspace } from "./workspace.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Prints the names that each file exports. */
const PRINT_NAMES = `
  const names = await Promise.all(Deno.args.map(async (file) =>
    Object.keys(await import(file)).sort()
  ));
  console.log(JSON.stringify(names));
`;

Deno.test("the packages for JSR", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "caryatid_jsr_" });
  try {
    await writeJsrWorkspace(ROOT, folder);
    for (const member of ["sdk", "process"]) {
      const source = await readManifest(`${ROOT}${member}`);
      const written = await readManifest(`${folder}/${member}`);

      await t.step(`${member} has the entries of its sources`, () => {
        const sources = Object.entries(written.exports)
          .map(([entry, file]) => [entry, sourceOf(file)]);
        assert.deepEqual(Object.fromEntries(sources), source.exports);
      });

      await t.step(
        `each bundle of ${member} exports what its source exports`,
        async () => {
          const files = Object.values(written.exports)
            // It seals when it is imported.
            .filter((file) => !file.includes("seal_program"))
            .map((file) => `file://${folder}/${member}/${file.slice(2)}`);
          const sources = files.map((file) =>
            file.replace("/dist/", "/").replace(/\.js$/, ".ts")
          );
          const names = await exportedNames(folder, [...files, ...sources]);
          assert.deepEqual(
            names.slice(0, files.length),
            names.slice(files.length),
          );
        },
      );

      await t.step(
        `the types of each bundle of ${member} are its source`,
        async () => {
          for (const file of Object.values(written.exports)) {
            if (sourceOf(file) === file) continue;
            const path = `${folder}/${member}/${file.slice(2)}`;
            const [, types] = (await Deno.readTextFile(path))
              .match(/^\/\* @ts-self-types="(.*)" \*\//)!;
            const url = new URL(types!, `file:///${file.slice(2)}`);
            assert.equal(`.${url.pathname}`, sourceOf(file));
          }
        },
      );
    }

    await t.step(
      "guests run the sources, whose folders their guard trusts",
      async () => {
        const { exports } = await readManifest(`${folder}/process`);
        const guests = Object.keys(exports).filter((entry) =>
          entry.startsWith("./internal/guest")
        );
        assert(guests.length > 0);
        for (const entry of guests) assert.match(exports[entry]!, /\.ts$/);
      },
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

async function exportedNames(
  cwd: string,
  files: readonly string[],
): Promise<string[][]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", PRINT_NAMES, ...files],
    cwd,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
