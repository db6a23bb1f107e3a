import assert from "node:assert/strict";
import { hasTerminal, onTerminal } from "../support/on_terminal.ts";

const HOST = new URL("host.ts", import.meta.url).href;
const ignore = !hasTerminal;
const why = ignore ? " (skipped: there is no program `script`)" : "";

Deno.test({
  name:
    `D17 at a terminal a worker is refused where Deno would ask on its behalf${why}`,
  ignore,
  async fn() {
    const shown = await attemptAtTerminal("worker", []);
    assert.match(shown, /Deno would ask at this terminal/);
    assert.match(shown, /--no-prompt/);
    assert.doesNotMatch(shown, /Allow\?/);
  },
});

for (
  const [isolation, flags] of [
    ["worker", ["--no-prompt"]],
    ["process", []],
  ] as const
) {
  Deno.test({
    name: `D17 nobody at a terminal is asked on behalf of a ${isolation}${why}`,
    ignore,
    async fn() {
      const shown = await attemptAtTerminal(isolation, flags);
      assert.match(shown, /"refused","said":"NotCapable/);
      assert.doesNotMatch(shown, /Allow\?/);
    },
  });
}

/** What a terminal shows while a guest there reads what it may not. */
async function attemptAtTerminal(
  isolation: string,
  flags: readonly string[],
): Promise<string> {
  const folder = await Deno.makeTempDir();
  try {
    const lot = { isolation, names: ["reads /etc/passwd"], folder };
    return await onTerminal([
      ...[Deno.execPath(), "run", "--quiet", "--allow-all", "--no-lock"],
      ...["--unstable-worker-options", ...flags, HOST, JSON.stringify(lot)],
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
