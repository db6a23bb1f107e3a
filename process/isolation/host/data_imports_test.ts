import assert from "node:assert/strict";
import { guestProcess } from "../testing/guest_process.ts";

/** A folder with a module in `own/`, and files next to it. */
async function folderWith(code: string): Promise<{
  readonly url: string;
  readonly path: string;
}> {
  const path = await Deno.realPath(await Deno.makeTempDir());
  await Deno.mkdir(`${path}/own`);
  const sdk = new URL("../../../sdk/mod.ts", import.meta.url).href;
  await Deno.writeTextFile(`${path}/secret.json`, '{ "word": "secret" }');
  await Deno.writeTextFile(`${path}/own/data.json`, '{ "word": "own" }');
  await Deno.symlink("../secret.json", `${path}/own/link.json`);
  await Deno.writeTextFile(
    `${path}/own/mod.ts`,
    `import { defineModule } from ${JSON.stringify(sdk)};
${code}
export default defineModule({
  name: "data",
  init: (context) => context.handle("word", () => data.word),
});
`,
  );
  return { url: `file://${path}/own/mod.ts`, path };
}

const JSON_DATA = 'with { type: "json" };';

for (const isolation of ["worker", "process"] as const) {
  Deno.test(`in a ${isolation} a module imports data of its folder without a grant`, async () => {
    const { url, path } = await folderWith(
      `import data from "./data.json" ${JSON_DATA}`,
    );
    await using process = await guestProcess(isolation, url);
    await process.start();
    assert.equal(await process.context.request("word", 1), "own");
    await Deno.remove(path, { recursive: true });
  });
}

for (
  const [what, specifier, reason] of [
    ["a file outside its folder", "../secret.json", /found a file outside/],
    ["a link out of its folder", "./link.json", /found a link to/],
    [
      "an encoded path",
      "../node_modules/..%2fsecret.json",
      /not in canonical form/,
    ],
  ] as const
) {
  for (const isolation of ["worker", "process"] as const) {
    Deno.test(`in a ${isolation} a module that imports ${what} is refused, with file and line`, async () => {
      const { url, path } = await folderWith(
        `import data from "${specifier}" ${JSON_DATA}`,
      );
      await using process = await guestProcess(isolation, url);
      await assert.rejects(process.start(), (error: Error) => {
        assert.match(error.message, reason);
        assert.match(error.message, /own\/mod\.ts:2 imports/);
        return true;
      });
      await Deno.remove(path, { recursive: true });
    });
  }
}

Deno.test("in a process a module imports data outside its folder that it may read", async () => {
  const { url, path } = await folderWith(
    `import data from "../secret.json" ${JSON_DATA}`,
  );
  await using process = await guestProcess("process", url, {
    permissions: { handle: ["#"], read: [`${path}/secret.json`] },
  });
  await process.start();
  assert.equal(await process.context.request("word", 1), "secret");
  await Deno.remove(path, { recursive: true });
});
