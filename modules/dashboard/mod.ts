/**
 * Module `dashboard`: a web page that shows the processes of a bus while they
 * run: the flow of messages, chains of waits, and every module.
 *
 * It knows only the bus: snapshots and spans arrive on topics, so the page
 * shows all processes that share a bus. `README.md` describes its
 * configuration.
 *
 * @example Run a process with a dashboard
 * ```ts ignore
 * import dashboard from "@caryatid/modules/dashboard";
 * import { Process } from "@caryatid/process";
 *
 * await Process.main({
 *   config: { module: { dashboard: { port: 9800 } } },
 *   modules: [dashboard],
 * });
 * ```
 *
 * @module
 */
export { default } from "./dashboard.ts";
