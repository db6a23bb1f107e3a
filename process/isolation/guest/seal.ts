/**
 * Imported in front of a guest's module: it runs when all that the module
 * imports is there, and before any of its code does.
 *
 * @module
 */
import { sealImports } from "./import_guard.ts";

sealImports();
