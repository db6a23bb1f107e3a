import assert from "node:assert/strict";
import { ROOT } from "../../support/running_program.ts";
import { caryatid } from "./caryatid.ts";
import { ServiceFolder } from "./service_folder.ts";

const PAGE = await Deno.readTextFile(`${ROOT}docs/guide/permissions.md`);
const [TOML] = blocks("toml");
const [CODE] = blocks("ts");
const [MISSING, TABLE, FORBIDDEN, LINKS] = blocks("text");

Deno.test("docs/guide/permissions.md shows the output of the commands", async (t) => {
  await using folder = await ServiceFolder.make({
    "caryatid.toml": TOML!,
    "weather.ts": CODE!,
  });
  const ran = async (command: string, toml = TOML!) => {
    const file = folder.file("caryatid.toml");
    await Deno.writeTextFile(file, toml);
    const { stdout, stderr } = await caryatid([command, file]);
    return (stderr + stdout).replaceAll(folder.path, "/srv/weather");
  };
  await t.step("missing grants", async () => {
    const printed = await ran("check", TOML!.replace(/read.*\n/, ""));
    // Requested paths are relative to the current folder, which differs from
    // that of the test.
    assert.equal(withoutPaths(printed).split("\n")[0], withoutPaths(MISSING!));
  });
  await t.step("grants", async () => {
    const near = TOML!.replace(
      "./stations.json",
      `${Deno.cwd()}/stations.json`,
    );
    const printed = (await ran("permissions", near))
      .replaceAll(Deno.cwd(), "/srv/weather");
    assert.equal(squeezed(printed), squeezed(TABLE!));
  });
  await t.step("a forbidden topic", async () => {
    const near = TOML!.replace(
      "./stations.json",
      `${Deno.cwd()}/stations.json`,
    );
    const printed = await ran("run", near);
    assert(printed.includes(FORBIDDEN!), printed);
  });
  await t.step("links", async () => {
    const quiet = CODE!.replace("./stations.json", folder.file("stations"));
    await Deno.writeTextFile(folder.file("weather.ts"), quiet);
    await Deno.mkdir(folder.file("stations"));
    await Deno.symlink("/etc", folder.file("stations/all"));
    const printed = await ran(
      "check",
      TOML!.replace("stations.json", "stations"),
    );
    assert(printed.includes(LINKS!), printed);
  });
});

function blocks(language: string): string[] {
  return [...PAGE.matchAll(/```(\w+)\n([\s\S]*?)\n```/g)]
    .filter(([, found]) => found === language)
    .map(([, , text]) => `${text}`);
}

function withoutPaths(text: string): string {
  return text.replaceAll(/"[^"]*stations\.json"/g, '"stations.json"');
}

/** Normalizes the width of columns, which depends on paths. */
function squeezed(text: string): string {
  return text.replaceAll(/ {2,}/g, "  ");
}
