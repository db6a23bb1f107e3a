/**
 * Compares two recordings, so that a replay can be a test.
 *
 * @example Compare two recordings and print the differences
 * ```ts ignore
 * import { diffRecordings, reportDiff } from "@caryatid/modules/record/diff";
 *
 * const diff = await diffRecordings("recordings/before", "recordings/after");
 * for (const line of reportDiff(diff)) console.log(line);
 * ```
 *
 * @module
 */
export { type DiffOptions, diffRecordings } from "./diff_recordings.ts";
export type { Difference, RecordingDiff } from "./differences.ts";
export { htmlDiff } from "./html_report.ts";
export { reportDiff } from "./report.ts";
export type { ChangedPath } from "./compare_messages.ts";
export type { RecordedMessage } from "../entry.ts";
