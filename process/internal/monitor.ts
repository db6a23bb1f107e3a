/**
 * Counters of the monitor for the command line.
 *
 * Internal to the packages of Caryatid: any release may change it.
 *
 * @module
 */
export { OTHERS } from "../monitor/count_table.ts";
