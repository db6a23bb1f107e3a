/**
 * The command `caryatid`: checks configurations, runs them with no more permissions than they need, and shows what they ask for.
 *
 * ```sh
 * deno run -A jsr:@caryatid/process/cli check caryatid.toml
 * ```
 *
 * @module
 */
import { main } from "./main.ts";

export { main } from "./main.ts";
export type { Terminal } from "./terminal.ts";

if (import.meta.main) Deno.exitCode = await main(Deno.args);
