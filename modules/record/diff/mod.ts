/**
 * How two recordings differ, so that a replayed bug can be a test.
 *
 * @example Two recordings, compared and reported
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
export type { Difference, RecordingDiff } from "./difference.ts";
export { reportDiff } from "./report.ts";
export type { ChangedPath } from "./changed_paths.ts";
export type { RecordedMessage } from "../recorded_message.ts";
