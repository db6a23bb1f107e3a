/** What `run` takes besides its files. */
export interface RunOptions {
  /** The process of the files to run; all of them in one unless given. */
  readonly process?: string | undefined;
  /** Shows the command instead of running it. */
  readonly print?: boolean | undefined;
  /** Swaps modules whose files change while it runs. */
  readonly watch?: boolean | undefined;
  /** Runs without any limit. */
  readonly allowAll?: boolean | undefined;
  /** Grants besides what is worked out: flags of Deno, `--allow-net=example.com`, `--allow-sys`. */
  readonly grants?: readonly string[] | undefined;
  /** Flags that Deno gets as they are: `--frozen`, `--deny-net=…`. */
  readonly flags?: readonly string[] | undefined;
  /** In milliseconds: how long a module's code may take to be imported when it is looked into. */
  readonly deadline?: number | undefined;
}

/** Flags of Deno that say where code comes from; they hold for looking into it, too. */
export const SOURCE_FLAGS: readonly string[] = [
  "--frozen",
  "--cached-only",
  "--reload",
];

/** Whether an argument is a flag of Deno about permissions that `run` takes: granted on top, or denied in any case. */
export function isPermissionFlag(argument: string): boolean {
  return /^--(allow|deny)-(net|read|write|env|run|sys|ffi|import)(=.+)?$/s
    .test(argument);
}
