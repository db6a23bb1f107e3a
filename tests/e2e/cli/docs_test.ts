import assert from "node:assert/strict";
import { ROOT } from "../../support/running_program.ts";
import { caryatid } from "./caryatid.ts";
import { ServiceFolder } from "./service_folder.ts";

const PAGE = await Deno.readTextFile(`${ROOT}docs/reference/commands.md`);

Deno.test("docs/reference/commands.md has a line for every command", async () => {
  const { stdout } = await caryatid(["--help"]);
  const commands = stdout.split("Commands:")[1]!.split("Examples:")[0]!
    .matchAll(/^ {2}([\w-]+)/gm);
  for (const [, name] of commands) {
    if (name !== "help") {
      assert.match(PAGE, new RegExp(`^\\| \`${name}[ \`]`, "m"));
    }
  }
});

Deno.test("docs/reference/commands.md shows the output of the commands", async (t) => {
  await using folder = await ServiceFolder.make({});
  const project = folder.file("hello");
  await caryatid(["new", project, "--template", "worker"]);
  const file = `${project}/caryatid.toml`;
  const home = "/home/me/hello";
  const documented = PAGE.matchAll(
    /```sh\ncaryatid (\w+) caryatid\.toml\n```\n\n```text\n([\s\S]*?)\n```/g,
  );
  let count = 0;
  for (const [, command, text] of documented) {
    count++;
    await t.step(command!, async () => {
      const { stdout } = await caryatid([command!, file]);
      assert.equal(squeezed(stdout.replaceAll(project, home)), squeezed(text!));
    });
  }
  assert.equal(count, 4);
  const toml = await Deno.readTextFile(file);
  await t.step("topics without a subscriber", async () => {
    await Deno.writeTextFile(file, toml.replace("hello.#", "hello.helo"));
    const { stdout, stderr } = await caryatid(["check", file]);
    const printed = (stderr + stdout).replaceAll(project, home);
    assert(PAGE.includes(printed), printed);
  });
  await t.step("problems", async () => {
    const wrong = 'greting = "Hi"\ntopic = 3';
    await Deno.writeTextFile(
      file,
      toml.replace('greeting = "Hello, world!"', wrong),
    );
    const { stdout, stderr } = await caryatid(["check", file]);
    const printed = (stderr + stdout).replaceAll(project, home);
    assert(PAGE.includes(printed), printed);
  });
});

/** Normalizes the width of columns, which depends on paths. */
function squeezed(text: string): string {
  return text.replaceAll(/ {2,}/g, "  ");
}

Deno.test("docs/reference/commands.md shows the permissions of one process", async () => {
  const [, toml] = PAGE.match(/```toml\n(# service\.toml\n[\s\S]*?)```/)!;
  const [, command, text] = PAGE.match(
    /```sh\ncaryatid (permissions service\.toml .*)\n```\n\n```text\n([\s\S]*?)\n```/,
  )!;
  await using folder = await ServiceFolder.make({ "service.toml": toml! });
  const args = command!.replace("service.toml", folder.file("service.toml"));
  const { stdout } = await caryatid(args.split(" "));
  const home = stdout.replaceAll(folder.path, "/home/me/shop");
  assert.equal(squeezed(home), squeezed(text!));
});
