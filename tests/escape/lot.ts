import type { Result } from "./attempt.ts";

/** Attempts that one host has tried, in this order. */
export interface Lot {
  /** `none` is for the control: there every attempt has to get out. */
  readonly isolation: "none" | "worker" | "process";
  readonly names: readonly string[];
  /** An empty folder for its ground. */
  readonly folder: string;
}

/** What a host says of an attempt. */
export interface Report {
  readonly name: string;
  readonly result: Result;
  /** What it got, or why not. */
  readonly said: string;
}

/** In front of a line that a host prints; a worker may print, too. */
export const MARK = "escape-report ";
/** What comes in at the standard input of a host. */
export const TYPED = "typed at the host";
