import type { Log } from "@caryatid/sdk";
import type { AssembledModule } from "./assembly.ts";
import type { ProcessConfig } from "./config/process_config.ts";
import { platform } from "./platform.ts";
import { VERSION } from "./version.ts";

/** The first lines of a process: what it is, and what it is made of. */
export function introduce(
  log: Log,
  config: ProcessConfig,
  modules: readonly AssembledModule[],
): void {
  log.info("Caryatid {version} on {platform}", {
    version: VERSION,
    platform: platform.name,
  });
  for (const { id, className } of config.buses) {
    log.info("bus {id} ({className})", { id, className });
  }
  for (const { pattern, buses } of config.routes) {
    log.info('route "{pattern}" to {buses}', {
      pattern,
      buses: buses.join(", "),
    });
  }
  for (const { config: { id, className }, module } of modules) {
    log.info("module {id}{kind}", {
      id,
      kind: module.name === id ? "" : ` (${module.name || className})`,
    });
  }
}
