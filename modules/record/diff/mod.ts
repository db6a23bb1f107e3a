/**
 * How two recordings differ, so that a replayed bug can be a test.
 *
 * @module
 */
export {
  type Difference,
  type DiffOptions,
  diffRecordings,
  type RecordingDiff,
} from "./diff_recordings.ts";
export { reportDiff } from "./report.ts";
export type { ChangedPath } from "./changed_paths.ts";
export type { RecordedMessage } from "../recorded_message.ts";
