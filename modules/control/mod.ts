/**
 * The class `control`: lets a shell publish, request and listen in this process, without a broker.
 *
 * `caryatid publish TOPIC JSON --attach control.json` and its like find the process by the file that this module writes; the README
 * beside it says what is needed.
 *
 * @example A process that a shell can reach
 * ```ts ignore
 * import control from "@caryatid/modules/control";
 * import { Process } from "@caryatid/process";
 *
 * await Process.main({ config: { module: { control: {} } }, modules: [control] });
 * ```
 *
 * @module
 */
export { default } from "./control.ts";
