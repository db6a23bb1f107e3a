import type { Clock, Module } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import type { ConfigInput } from "./config/read_config.ts";
import type { Importer } from "./loading/loader.ts";

/** Options of `Process.create` and `Process.main`. */
export interface ProcessOptions {
  /**
   * TOML text, the URL of a TOML file, a plain object, or several of them.
   * Later ones override earlier ones.
   */
  readonly config: ConfigInput | readonly ConfigInput[];
  /** Modules that the configuration names by `class`, as for `register`. */
  readonly modules?: readonly Module[];
  /**
   * Classes of buses that the configuration can name, in addition to
   * `in-memory`.
   */
  readonly buses?: readonly BusClass[];
  /**
   * Name of a `[process.<name>]`: only its modules run. By default all modules
   * run.
   */
  readonly process?: string;
  /**
   * Base of a relative `import` in a configuration that is text or an object:
   * `import.meta.url`.
   */
  readonly base?: string | URL;
  /**
   * Imports specifiers. Pass `(s) => import(s)` to use the import map of the
   * program.
   */
  readonly importer?: Importer;
  /**
   * True if Deno runs with `--no-prompt`, which a program cannot see (false).
   * At a terminal, workers of isolated modules need it.
   */
  readonly noPrompt?: boolean;
  /**
   * Variables that override the configuration: `CARYATID_LOG__LEVEL` is `level`
   * of `[log]`. By default those of the environment for which permission is
   * granted.
   */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Prefix of those variables, without the underscore after it ("CARYATID").
   * With "ACROPOLIS", `ACROPOLIS_LOG__LEVEL` is `level` of `[log]`. Upper-case
   * letters, digits and underscores.
   */
  readonly envPrefix?: string;
  /** Clock of the modules (the system clock). */
  readonly clock?: Clock;
  /**
   * True if `swap` can replace the code of running modules (false). It is meant
   * for development: loops read at about a third of the rate.
   */
  readonly swappable?: boolean;
}

/** Options of `Process.swap`. */
export interface SwapOptions {
  /**
   * Current configuration, as for `Process.create` (the one at creation). Only
   * the section of the module applies.
   */
  readonly config?: ConfigInput | readonly ConfigInput[];
}
