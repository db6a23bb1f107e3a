/** Description of an error of a broker or of the network. */
export interface ConnectionProblem {
  /** Text for people. */
  readonly text: string;
  /** True if a further attempt cannot help. */
  readonly permanent: boolean;
  /** Suggested remedy. */
  readonly hint: string | undefined;
  /** True if the log repeats the hint only after a connection (false). */
  readonly hintsOnce?: boolean | undefined;
}
