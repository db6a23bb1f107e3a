/** The steps of docs/guide/getting_started.md, by their outputs on the page. */
import assert from "node:assert/strict";
import { freePort } from "../broker/free_port.ts";
import { caryatid, startCaryatid } from "../e2e/cli/caryatid.ts";
import { ServiceFolder } from "../e2e/cli/service_folder.ts";
import { withoutTime } from "../e2e/examples/program.ts";
import { blocksIn } from "../e2e/examples/readme.ts";
import { ROOT } from "../support/running_program.ts";

const PAGE = await Deno.readTextFile(`${ROOT}docs/guide/getting_started.md`);
const [START = "", SWAP = "", TYPES = "", TESTS = "", CHECK = ""] = blocksIn(
  PAGE,
  "text",
);
/** A time of a test, a figure, or a port, that differs from run to run. */
const VARYING =
  /\((\d+m)?\d+(ms|µs|s)\)|\d+(\.\d+)*(?= ms|\)?$)|(Deno|Caryatid) [\d.]+/gm;

/** Returns the lines without times, paths and figures. */
function comparable(text: string, folder: string): string[] {
  return text.replaceAll(folder, "/home/me/shop").split("\n")
    .map((line) => withoutTime(line).replace(VARYING, "N").trim())
    .filter((line) => line !== "");
}

Deno.test("the first steps of the guide print what their page shows", async (t) => {
  await using folder = await ServiceFolder.make({});
  const shop = folder.file("shop");
  const port = freePort();
  const page = (text: string) => comparable(text, shop);
  // Each step builds on the one before.
  const step = async (name: string, fn: () => Promise<void>) => {
    assert(await t.step(name, fn), name);
  };

  await step("new writes the files of the page", async () => {
    assert.equal((await caryatid(["new", shop])).code, 0);
    for (const [, name] of PAGE.matchAll(/^\| `([\w.]+)` +\|/gm)) {
      await Deno.stat(`${shop}/${name}`);
    }
    await edit("caryatid.toml", "port = 4340", `port = ${port}`);
  });

  await using dev = startCaryatid(["dev"], {}, shop);
  const printed = () => `${dev.lines.join("\n")}\n${dev.log}`;
  const shows = async (block: string) => {
    for (const line of page(block)) {
      await dev.until(
        () => page(printed()).includes(line) || undefined,
        () => `${line} in ${printed()}`,
      );
    }
  };

  await step("dev starts the modules", () => shows(START));

  await step("curl adds a task", async () => {
    const response = await fetch(`http://127.0.0.1:${port}/tasks`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: '{"title":"tea"}',
    });
    const [shown] = blocksIn(PAGE, "json");
    assert.deepEqual(await response.json(), JSON.parse(shown!));
  });

  await step("a saved file is swapped", async () => {
    await edit(
      "tasks.ts",
      "title: message.title",
      "title: message.title.trim()",
    );
    await shows(SWAP);
  });

  await step("a type error keeps the old code", async () => {
    await edit("tasks.ts", "message.title.trim", "message.titel.trim");
    await shows(TYPES);
    await edit("tasks.ts", "message.titel.trim", "message.title.trim");
  });

  await step("the tests pass", async () => {
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["task", "test"],
      cwd: shop,
      env: { NO_COLOR: "1" },
    }).output();
    const lines = page(new TextDecoder().decode(stdout));
    for (const line of page(TESTS)) assert(lines.includes(line), line);
  });

  await step("check reports the misspelt key", async () => {
    await edit("caryatid.toml", "cron =", "corn =");
    const { stdout, stderr } = await caryatid([
      "check",
      `${shop}/caryatid.toml`,
    ]);
    assert.deepEqual(page(`${stderr}\n${stdout}`), page(CHECK));
  });

  async function edit(name: string, before: string, after: string) {
    const text = await Deno.readTextFile(`${shop}/${name}`);
    assert(text.includes(before), `${name} has no ${before}`);
    await Deno.writeTextFile(`${shop}/${name}`, text.replace(before, after));
  }
});
