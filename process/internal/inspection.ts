/**
 * Loads and checks one module or bus for the command line. It imports little:
 * each inspection is a process that loads all of it.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export { inMemoryDefinition } from "../buses/in_memory_definition.ts";
export { BUS, MODULE } from "../loading/brands.ts";
export {
  configKey,
  type Importers,
  load,
  resolveSpecifier,
} from "../loading/loader.ts";
export {
  standardClasses,
  standardImport,
} from "../loading/standard_classes.ts";
export { checkSection } from "../config/check_section.ts";
export { dottedKey } from "../config/format.ts";
export { emptyTable, isTable } from "../config/tables.ts";
export { askedPermissions } from "../rights/grants.ts";
