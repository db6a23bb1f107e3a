/**
 * Logger of a module. `{name}` in a text is replaced by the property `name`.
 *
 * A logger of LogTape fits this interface; the console fits it if wrapped.
 */
export interface Log {
  /** Logs a detail for developers. */
  debug(text: string, properties?: Record<string, unknown>): void;
  /** Logs information for operators. */
  info(text: string, properties?: Record<string, unknown>): void;
  /** Logs a problem that does not stop the work. */
  warn(text: string, properties?: Record<string, unknown>): void;
  /** Logs a failure. */
  error(text: string, properties?: Record<string, unknown>): void;
  /**
   * Returns true if records of this level are written. Call it before an
   * expensive computation of a record. Assume true if the method is missing.
   */
  isEnabledFor?(level: "debug" | "info" | "warning" | "error"): boolean;
}
