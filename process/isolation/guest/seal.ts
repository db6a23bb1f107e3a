/**
 * Imported before the module of a guest. It runs when all imports of the module
 * are loaded, and before any code of the module.
 *
 * @module
 */
import { sealImports } from "./import_guard.ts";

sealImports();
