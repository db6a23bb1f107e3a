/**
 * The log of errors for the command line.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export { logError } from "../lifecycle/errors.ts";
