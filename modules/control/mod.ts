/**
 * Module `control`: lets a shell publish, request and subscribe in this
 * process, without a broker.
 *
 * Commands such as `caryatid publish TOPIC JSON --attach control.json` find the
 * process by the file that this module writes. The README describes the
 * required permissions.
 *
 * @example Run a process that shells can control
 * ```ts ignore
 * import control from "@caryatid/modules/control";
 * import { Process } from "@caryatid/process";
 *
 * await Process.main({
 *   config: { module: { control: {} } },
 *   modules: [control],
 * });
 * ```
 *
 * @module
 */
export { default } from "./control.ts";
