import assert from "node:assert/strict";
import { hasTerminal, onTerminal } from "../support/on_terminal.ts";

const HOST = new URL("host.ts", import.meta.url).href;
const ignore = !hasTerminal;
const why = ignore ? " (skipped: the program `script` is missing)" : "";

Deno.test({
  name:
    `D17 a worker is refused if Deno would prompt for its permissions at the terminal${why}`,
  ignore,
  async fn() {
    const shown = await attemptAtTerminal("worker", []);
    assert.match(shown, /Deno would prompt at this terminal/);
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
    name:
      `D17 a ${isolation} with ungranted access fails without a prompt at the terminal${why}`,
    ignore,
    async fn() {
      const shown = await attemptAtTerminal(isolation, flags);
      assert.match(shown, /"refused","said":"NotCapable/);
      assert.doesNotMatch(shown, /Allow\?/);
    },
  });
}

/**
 * Returns the output of a terminal while a guest reads a file without a grant.
 */
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
