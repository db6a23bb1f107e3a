/** What the command tells the process that it watches, a line of JSON each: these modules have new code or a new section. */
export interface SwapOrder {
  /** Ids of the modules. */
  readonly modules: readonly string[];
  /** The text of each local file that they need and the process may lack, as JavaScript, by its URL with its version. */
  readonly sources: Readonly<Record<string, string>>;
  /** Of each file that has changed since the process began, or needs one that has: its newest URL, by its plain one. */
  readonly versions: Readonly<Record<string, string>>;
}
