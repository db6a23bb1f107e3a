/**
 * Checks of the code of isolated modules, and Deno's cache, for the command
 * line.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export { dataImportErrors } from "../isolation/sealing/data_imports.ts";
export { denoDirOf } from "../isolation/sealing/deno_dir.ts";
