/**
 * All code that the command may need: what it starts has programs of its own, and Deno caches only what a program imports.
 *
 * ```sh
 * deno cache jsr:@caryatid/process/cli/offline   # and the command works without a network
 * ```
 *
 * The command itself doesn't import that literally: Deno would read all of those files at each start.
 *
 * @module
 */

/** Each part of the command. To be downloaded, not to be called. */
export const parts = (): Promise<unknown>[] => [
  import("./mod.ts"),
  import("./program.ts"),
  import("./guests.ts"),
  import("./run_files.ts"),
  import("./watch/watch.ts"),
  import("./inspection/inspector.ts"),
  import("../isolation/guest/main.ts"),
  import("../isolation/guest/bus.ts"),
  import("../isolation/guest/seal.ts"),
];
