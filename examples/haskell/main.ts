/**
 * Builds the Haskell program and runs it with a TypeScript process until
 * Ctrl-C:
 *
 * ```sh
 * deno run --allow-run=deno,ghc,examples/haskell/target/peer \
 *   examples/haskell/main.ts
 * ```
 *
 * @module
 */
import { denoPart, runTogether } from "../together.ts";
import { build, PEER } from "./build.ts";

const typescript = new URL("./typescript.ts", import.meta.url).href;

try {
  await build();
} catch (error) {
  // deno-lint-ignore no-console -- it is the program's output
  console.error(error instanceof Error ? error.message : error);
  Deno.exit(1);
}
Deno.exitCode = await runTogether([
  { name: "haskell", command: PEER, args: [] },
  denoPart("typescript", typescript),
]);
