/**
 * Measures one case of the suite in a file, or lists the cases of the suite,
 * and prints the result as one line of JSON.
 *
 * It runs in a separate process with the `deno.json` of the tree that it
 * measures, so it relies on little: the file exports a suite, and a case has
 * `name`, `unit` and `run`.
 *
 * @module
 */
import type { Suite } from "../harness.ts";
import type { Unit } from "../units.ts";
import type { Figures } from "./comparison.ts";

/** A case as `listCases` prints it. */
export interface ListedCase {
  readonly name: string;
  readonly unit: Unit;
}

/**
 * The result of one run: figures, or the reason why the case cannot run here.
 */
export type Measured =
  | { readonly figures: Figures }
  | { readonly skipped: string };

async function suiteIn(file: string): Promise<Suite> {
  const exports: Record<string, unknown> = await import(file);
  const suite = Object.values(exports).find((value): value is Suite =>
    Array.isArray((value as Partial<Suite> | undefined)?.cases)
  );
  if (suite === undefined) throw new Error(`${file} exports no suite`);
  return suite;
}

function listCases(suite: Suite): readonly ListedCase[] {
  return suite.cases.map(({ name, unit }) => ({ name, unit }));
}

/** Runs the case twice: the first run warms up. */
async function measureCase(suite: Suite, name: string): Promise<Measured> {
  const found = suite.cases.find((each) => each.name === name)!;
  try {
    await found.run();
    return { figures: await found.run() };
  } catch (error) {
    // The class is that of the other tree: `instanceof` would not recognize it.
    if (!(error instanceof Error) || error.constructor.name !== "Skip") {
      throw error;
    }
    return { skipped: error.message };
  }
}

if (import.meta.main) {
  const [file, name] = Deno.args;
  const suite = await suiteIn(file!);
  const result = name === undefined
    ? listCases(suite)
    : await measureCase(suite, name);
  // deno-lint-ignore no-console -- it is the program's output
  console.log(JSON.stringify(result));
  Deno.exit(); // a case may keep a server or a timer for its next run
}
