/**
 * Where a module's log records go. `{name}` in a text is replaced by that property.
 *
 * LogTape's loggers have this form, so has the console once wrapped.
 */
export interface Log {
  /** What only a developer wants to see. */
  debug(text: string, properties?: Record<string, unknown>): void;
  /** What an operator wants to see. */
  info(text: string, properties?: Record<string, unknown>): void;
  /** Something is wrong, and work goes on. */
  warn(text: string, properties?: Record<string, unknown>): void;
  /** Something failed. */
  error(text: string, properties?: Record<string, unknown>): void;
  /** Whether anybody sees what is logged at this level, for who would do much to find out what to log. Without it, maybe. */
  isEnabledFor?(level: "debug" | "info" | "warning" | "error"): boolean;
}
