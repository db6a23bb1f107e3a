/**
 * Reads and checks configurations for the command line.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export { checkSection } from "../config/check_section.ts";
export {
  ConfigError,
  formatPlace,
  formatProblem,
} from "../config/config_error.ts";
export { pathCovers } from "../config/grant_covers.ts";
export { importHost } from "../config/import_hosts.ts";
export { nearest } from "../config/nearest.ts";
export type {
  BusConfig,
  ModuleConfig,
  ModuleGrants,
  ProcessConfig,
  RouteConfig,
  Section,
} from "../config/process_config.ts";
export { DEFAULT_PREFIX, variableName } from "../config/input.ts";
export { limitedTo } from "../config/settings.ts";
export {
  type FaultyConfig,
  readConfig,
  readFaultyConfig,
} from "../config/read_config.ts";
export { readUrl, shownUrl } from "../config/read_url.ts";
export { inFileOrder } from "../config/problems.ts";
export { dottedKey, quote } from "../config/format.ts";
export { emptyTable, isTable } from "../config/tables.ts";
