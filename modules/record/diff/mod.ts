/**
 * How two recordings differ, so that a replayed bug can be a test.
 *
 * @module
 */
export { type DiffOptions, diffRecordings } from "./diff_recordings.ts";
export type { Difference, RecordingDiff } from "./difference.ts";
export { reportDiff } from "./report.ts";
export type { ChangedPath } from "./changed_paths.ts";
export type { RecordedMessage } from "../recorded_message.ts";
