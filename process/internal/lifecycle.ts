/**
 * Outcomes and deadlines of a process for the command line.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export { inTime } from "../lifecycle/deadlines.ts";
export { outcomeOf } from "../lifecycle/outcome.ts";
