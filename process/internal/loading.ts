/**
 * Classes, importers and specifiers for the command line.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export {
  configKey,
  type Importers,
  resolveSpecifier,
} from "../loading/loader.ts";
export { Registry } from "../loading/registry.ts";
export type { LaunchOptions } from "../loading/launch_options.ts";
