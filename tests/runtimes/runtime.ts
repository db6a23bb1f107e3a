/** True in CI, where a skipped test is a failure. */
const REQUIRED = Deno.env.get("CARYATID_REQUIRE_NODE") === "1";
/** Longest wait for a first download, in milliseconds. */
const PATIENCE = 120_000;

/** A JavaScript runtime other than Deno. */
export interface Runtime {
  /** Pattern of its name in the first line that a process logs. */
  readonly name: RegExp;
  /** Path of its program. */
  readonly path: string;
}

const found = await Promise.all([
  find("node", "22", /Node\.js 22\./),
  find("node", "24", /Node\.js 24\./),
  find("node", "20", /Node\.js 20\./),
  find("bun", "1", /Bun 1\./),
]);

/**
 * Node 22 from npm, the oldest supported version, or the reason why it is
 * unavailable.
 */
export const node: Runtime | string = found[0];
/** Node 24 from npm, or the reason why it is unavailable. */
export const node24: Runtime | string = found[1];
/** Node 20 from npm, which is not supported, or the reason. */
export const node20: Runtime | string = found[2];
/** Bun from npm, or the reason why it is unavailable. */
export const bun: Runtime | string = found[3];

/**
 * Registers a test that needs `runtime`. If `runtime` is the reason why it is
 * unavailable, the test is ignored, or fails with `CARYATID_REQUIRE_NODE=1`.
 */
export function runtimeTest(
  runtime: Runtime | string,
  name: string,
  fn: (runtime: Runtime) => Promise<void>,
): void {
  if (typeof runtime !== "string") Deno.test(name, () => fn(runtime));
  else if (!REQUIRED) {
    Deno.test.ignore(`${name} (skipped: ${runtime})`, () => {});
  } else {
    Deno.test(name, () => {
      throw new Error(`Cannot test on another runtime: ${runtime}`);
    });
  }
}

async function find(
  name: string,
  version: string,
  says: RegExp,
): Promise<Runtime | string> {
  try {
    const { success, stdout, stderr } = await new Deno.Command("npm", {
      args: [
        ...["exec", "--yes", `--package=${name}@${version}`],
        // The path of the runtime itself, so that signals reach it and no
        // wrapper.
        ...["-c", `readlink -f "$(command -v ${name})"`],
      ],
      stdin: "null",
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    const path = new TextDecoder().decode(stdout).trim();
    if (success && path !== "") return { name: says, path };
    const said = new TextDecoder().decode(stderr).trim().split("\n")[0];
    return `npm gives no ${name} ${version}: ${said}`;
  } catch (error) {
    return `npm gives no ${name} ${version}: ${(error as Error).message}`;
  }
}
