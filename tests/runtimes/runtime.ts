/** Set where a test that is skipped is a failure: in CI. */
const REQUIRED = Deno.env.get("CARYATID_REQUIRE_NODE") === "1";
/** For a first download, in milliseconds. */
const PATIENCE = 120_000;

/** What runs JavaScript, other than Deno. */
export interface Runtime {
  /** As the process says it in its first line. */
  readonly name: RegExp;
  /** The file to run. */
  readonly path: string;
}

/** Node 22, the oldest that is supported: from npm, whatever the machine has. */
export const node: Runtime | string = await find("node", "22", /Node\.js 22\./);

/** Bun, from npm. */
export const bun: Runtime | string = await find("bun", "1", /Bun 1\./);

/** Registers a test that needs `runtime`; where that is a reason why there is none it is ignored, or fails with `CARYATID_REQUIRE_NODE=1`. */
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
        // The runtime itself, so that a signal to it meets nobody else.
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
