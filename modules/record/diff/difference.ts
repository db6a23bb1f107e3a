import type { RecordedMessage } from "../recorded_message.ts";
import type { ChangedPath } from "./changed_paths.ts";

/** One difference of two recordings, `a` and `b`. */
export type Difference =
  | { readonly kind: "missing"; readonly a: RecordedMessage }
  | { readonly kind: "added"; readonly b: RecordedMessage }
  | {
    readonly kind: "reordered";
    readonly a: RecordedMessage;
    readonly b: RecordedMessage;
  }
  | {
    readonly kind: "changed";
    readonly a: RecordedMessage;
    readonly b: RecordedMessage;
    /** Where they differ, innermost. */
    readonly paths: readonly ChangedPath[];
  };

/** How two recordings, `a` and `b`, differ. */
export interface RecordingDiff {
  /** Whether they don't. */
  readonly same: boolean;
  /** How many messages both have in the same place. */
  readonly equal: number;
  /** How many only `a` has. */
  readonly missing: number;
  /** How many only `b` has. */
  readonly added: number;
  /** How many stand in the same place on the same topic, and differ. */
  readonly changed: number;
  /** How many both have, in different places. */
  readonly reordered: number;
  /** Each, in the order of the recordings, as far as there is room for it. */
  readonly differences: readonly Difference[];
}
