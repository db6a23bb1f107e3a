/**
 * The command `caryatid`: checks configurations, runs them with no more
 * permissions than they need, and lists those permissions.
 *
 * ```sh
 * deno run -A jsr:@caryatid/cli check caryatid.toml
 * ```
 *
 * @module
 */
import { main } from "./main.ts";

export { main } from "./main.ts";
export type { Terminal } from "./terminal/terminal.ts";

if (import.meta.main) Deno.exitCode = await main(Deno.args);
