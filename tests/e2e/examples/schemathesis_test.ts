import assert from "node:assert/strict";
import { join } from "node:path";
import { RestProgram } from "./rest_program.ts";

const VERSION = "4.32.5";

/** Returns the reason why the test cannot run, or undefined. */
function unavailable(): string | undefined {
  if (!Deno.env.has("CARYATID_SOAK")) return "part of test:soak";
  try {
    new Deno.Command("python3", { args: ["--version"] }).outputSync();
    return undefined;
  } catch {
    return "no python3";
  }
}

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
): Promise<string> {
  const command = new Deno.Command(program, {
    args: [...args],
    cwd,
    signal: AbortSignal.timeout(600_000),
  });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  assert(success, text);
  return text;
}

const NAME = "schemathesis finds no fault in what examples/rest answers";
const reason = unavailable();

Deno.test({
  name: reason ? `${NAME} (skipped: ${reason})` : NAME,
  ignore: reason !== undefined,
  async fn() {
    const folder = await Deno.makeTempDir();
    await run("python3", ["-m", "venv", "venv"], folder);
    const bin = join(folder, "venv", "bin");
    const wanted = `schemathesis==${VERSION}`;
    await run(join(bin, "pip"), ["install", "-q", wanted], folder);
    {
      await using rest = await RestProgram.start();
      const text = await run(join(bin, "st"), [
        "run",
        `${rest.url}/openapi.json`,
        "--max-examples=200",
        "--no-color",
      ], folder);
      assert.match(text, /Tested: 3/);
    }
    await Deno.remove(folder, { recursive: true });
  },
});
