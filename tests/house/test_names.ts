/** The ids of the contract in the names of tests and steps. */
import { scanTypeScript } from "../../.ci/text_lint/scan_typescript.ts";
import { ROOT } from "../support/running_program.ts";

/** The name of a test, or the start of it up to its first value. */
export interface TestName {
  readonly file: string;
  readonly name: string;
  /** Ids at the front of the name. */
  readonly ids: readonly string[];
}

/** Returns the names with ids in all test files and the conformance suite. */
export async function readTestNames(): Promise<TestName[]> {
  const { stdout } = await new Deno.Command("git", {
    args: ["ls-files", "*_test.ts", "sdk/testing/conformance/*.ts"],
    cwd: ROOT,
  }).output();
  const files = new TextDecoder().decode(stdout).trim().split("\n");
  const names = await Promise.all(
    files.map(async (file) =>
      namesIn(file, await Deno.readTextFile(ROOT + file))
    ),
  );
  return names.flat();
}

/** Returns the strings of a file that begin with an id. */
export function namesIn(file: string, text: string): TestName[] {
  const names: TestName[] = [];
  for (const { kind, start, end } of scanTypeScript(text)) {
    if (kind === "comment") continue;
    const name = text.slice(start, end);
    const [front] = IDS.exec(name) ?? [];
    if (front === undefined) continue;
    names.push({ file, name, ids: front.trim().split(" ") });
  }
  return names;
}

/** Ids before a name; the conformance suite passes id and name separately. */
const IDS = /^[A-Z]\d{1,2}( [A-Z]\d{1,2})*(?=$| $| [^\s=+*/<>.:,-])/;
