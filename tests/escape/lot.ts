import type { Result } from "./attempt.ts";

/** Attempts that one host makes, in this order. */
export interface Lot {
  /**
   * `none` is the control, in which every attempt must escape. `process` has no
   * jail, `jail` is the jail alone, with all permissions of Deno, and `walls`
   * is a process in the jail.
   */
  readonly isolation: "none" | "worker" | "process" | "jail" | "walls";
  readonly names: readonly string[];
  /** Path of an empty folder for the ground. */
  readonly folder: string;
}

/** Report of a host on one attempt. */
export interface Report {
  readonly name: string;
  readonly result: Result;
  /** Data that the attempt obtained, or the error that refused it. */
  readonly said: string;
}

/** Prefix of the reports of a host, since a worker may print other lines. */
export const MARK = "escape-report ";
/** Text on the standard input of a host. */
export const TYPED = "typed at the host";
/** Texts of the host, which no guest may read. */
export const OF_HOST = /^secret$|^the secret of|^code of the host|root:x:/;
