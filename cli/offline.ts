/**
 * Imports all code that the command may need: it starts other programs,
 * and Deno caches only what a program imports.
 *
 * ```sh
 * deno cache jsr:@caryatid/cli/internal/offline
 * ```
 *
 * The command itself does not import this file: Deno would read all of this
 * code at each start.
 *
 * @module
 */

/**
 * Imports each part of the command. Never called: Deno downloads literal
 * imports.
 */
export const parts = (): Promise<unknown>[] => [
  import("./mod.ts"),
  import("./program.ts"),
  import("./run/guests.ts"),
  import("./run/run_files.ts"),
  import("./compose/compose.ts"),
  import("./watch/watch.ts"),
  import("./inspection/inspections.ts"),
  import("./inspection/inspector.ts"),
  import("./inspection/near_file.ts"),
  import("./inspection/unknown_class.ts"),
  import("@caryatid/process/internal/guest"),
  import("@caryatid/process/internal/guest/bus"),
  import("@caryatid/process/internal/guest/loader"),
  import("@caryatid/process/internal/guest/seal"),
  import("@caryatid/process/internal/guest/traced"),
  import("@caryatid/process/internal/sealing/program"),
];
