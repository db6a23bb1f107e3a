import assert from "node:assert/strict";
import { guestFlags } from "../../../process/rights/grants_deno.ts";
import { grants } from "../../../process/isolation/testing/some_grants.ts";
import { hasTerminal, onTerminal } from "../../support/on_terminal.ts";
import { COMMAND } from "./caryatid.ts";
import { moduleText, ServiceFolder } from "./service_folder.ts";

const HOME = '(() => { try { return Deno.env.get("HOME"); } ' +
  "catch (error) { return error.name; } })()";
const SAY = `console.log("said", ${HOME})`;
const ignore = !hasTerminal;
const why = ignore ? " (skipped: there is no program `script`)" : "";

Deno.test({
  name:
    `D17 control: without --no-prompt Deno prompts at the terminal of these tests${why}`,
  ignore,
  async fn() {
    const asked = await onTerminal([...DENO_RUN, program(SAY)]);
    assert.match(asked, /Allow\?/);
  },
});

Deno.test({
  name: `D17 a separate process does not prompt at a terminal${why}`,
  ignore,
  async fn() {
    const flags = guestFlags(grants({ env: ["LANG"] }));
    const shown = await onTerminal([...DENO_RUN, ...flags, program(SAY)]);
    assert.match(shown, /said NotCapable/);
    assert.doesNotMatch(shown, /Allow\?/);
  },
});

Deno.test({
  name: `D17 a process of caryatid run does not prompt at a terminal${why}`,
  ignore,
  async fn() {
    await using folder = await ServiceFolder.make({
      "curious.ts": moduleText(`
        name: "curious",
        init(context) {
          context.run(() => { ${SAY}; Deno.kill(Deno.pid, "SIGTERM"); });
        },
      `),
      "service.toml": '[module.curious]\nimport = "./curious.ts"\n' +
        "[module.curious.permissions]\nnet = []\n",
    });
    const file = folder.file("service.toml");
    const shown = await onTerminal([...DENO_RUN, "-A", COMMAND, "run", file]);
    assert.match(shown, /said NotCapable/);
    assert.doesNotMatch(shown, /Allow\?/);
  },
});

const DENO_RUN = [Deno.execPath(), "run", "--no-lock"];

function program(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
