import assert from "node:assert/strict";
import { skipJail, whyNoJail } from "../../support/jail.ts";
import { startCaryatid } from "../cli/caryatid.ts";
import { moduleText, ServiceFolder } from "../cli/service_folder.ts";

const HERE = moduleText(
  `
  name: "here",
  init(context) {
    context.log.info("started as {pid}", { pid });
  },
`,
  'import { pid } from "node:process";',
);

/** Environment without bubblewrap. */
const WITHOUT = { PATH: "/no/such/folder" };

function service(jail: string): string {
  return `[isolation]\njail = "${jail}"\n` +
    ["one", "two"].map((id) =>
      `[module.${id}]\nimport = "./here.ts"\nclass = "here"\n` +
      'isolation = "process"\n'
    ).join("");
}

function files(jail: string): Record<string, string> {
  return { "here.ts": HERE, "service.toml": service(jail) };
}

Deno.test({
  name: `run starts guests in a jail, each as process 1${whyNoJail}`,
  ignore: skipJail,
  async fn() {
    await using folder = await ServiceFolder.make(files("required"));
    await using program = startCaryatid(["run", folder.file("service.toml")]);
    await program.line(/one: started as 1$/);
    await program.line(/two: started as 1$/);
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
  },
});

Deno.test({
  name: "run refuses a required jail without bubblewrap and names the package",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await ServiceFolder.make(files("required"));
    const args = ["run", folder.file("service.toml")];
    await using program = startCaryatid(args, WITHOUT);
    assert.notEqual(await program.exitCode(), 0);
    assert.match(
      program.lines.join("\n"),
      /install the package bubblewrap/,
    );
  },
});

Deno.test({
  name: "run warns once of a missing jail and starts guests without it",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using folder = await ServiceFolder.make(files("auto"));
    const args = ["run", folder.file("service.toml")];
    await using program = startCaryatid(args, WITHOUT);
    await program.line(/one: started as/);
    await program.line(/two: started as/);
    program.kill("SIGTERM");
    assert.equal(await program.exitCode(), 0);
    const warnings = program.lines.join("\n").match(
      /isolated processes run without a jail/g,
    );
    assert.equal(warnings?.length, 1);
  },
});
