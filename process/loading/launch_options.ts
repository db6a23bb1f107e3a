import type { RelayAddress } from "../isolation/relay/relay_address.ts";
import type { PinnedImporter } from "../platform/pinned_import.ts";

/** Options that the command line adds to those of a process. */
export interface LaunchOptions {
  /**
   * Imports files with an `integrity`, with the permissions of the program, in
   * place of the import by Deno.
   */
  readonly pinnedImporter?: PinnedImporter;
  /**
   * Address of the program that starts the processes of isolated modules;
   * `caryatid run` sets it. By default this program starts them and needs the
   * permission.
   */
  readonly relay?: RelayAddress;
  /**
   * Names of variables that may override the configuration, in addition to
   * those of keys that the process knows. A process with permission for a
   * prefix only cannot list variables.
   */
  readonly variables?: readonly string[];
}
