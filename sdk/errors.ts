/**
 * Codes of the errors that the framework throws. They are stable across
 * releases, so programs compare them.
 *
 * - `ABORTED`: the given signal fired; `cause` is its reason
 * - `BUS_BLOCKED`: the broker accepts no messages for now
 * - `BUS_CLOSED`: the bus was closed, before the call or while it waited
 * - `BUS_UNAVAILABLE`: an external bus cannot be reached
 * - `COMPILE_FAILED`: `caryatid compile` made no binary; the message has the
 *   reason
 * - `DECODE_FAILED`: a received body is not what the wire format allows
 * - `DRAIN_TIMEOUT`: handlers or loops were still running at the stop
 *   deadline
 * - `FOLDER_IN_USE`: another recorder uses the folder
 * - `FORBIDDEN`: a module used a topic outside its rights or, in a test, one
 *   that it does not declare
 * - `GUEST_ENDED`: an isolated module ended, was silent or used more than its
 *   limits allow
 * - `GUEST_REFUSED`: an isolated module cannot be started here: a flag, a
 *   permission or its file is missing
 * - `HANDLER_FAILED`: the handler of a request failed; `cause` has its code
 *   and message
 * - `INIT_FAILED`: a module's `init` threw, or did not end in time
 * - `INVALID_CONFIG`: a configuration has errors; `problems` lists all of them
 * - `INVALID_ERROR`: a module threw an error whose code or details cannot be
 *   sent
 * - `INVALID_MESSAGE`: a message does not fit the schema of its topic
 * - `INVALID_OPTION`: an argument is outside its range
 * - `INVALID_TOPIC`: a topic or pattern breaks the rules for topics
 * - `LOAD_FAILED`: a specifier does not lead to a module or bus; `cause` has
 *   the reason
 * - `MESSAGE_MUTATED`: a message changed after it was published (`freeze`
 *   finds it)
 * - `MESSAGE_TOO_LARGE`: a message is over the size limit of an external bus
 * - `MODULE_FAILED`: a task of a module threw
 * - `NOT_ENCODABLE`: a message cannot be encoded for the wire
 * - `NOT_SETTLED`: a module under test was still busy at the deadline
 * - `NO_EXPORT`: a loaded file has no default export
 * - `NO_HANDLER`: no handler answers the topic of a request
 * - `NO_QUEUE`: a queue of an external bus does not exist
 * - `NO_ROUTE`: no route names a bus for the topic
 * - `NO_RECORDING`: the recording to play does not exist
 * - `OVERFLOW`: a queue is full, and its `overflow` or the deadline of the call
 *   rejects the call
 * - `PERMISSION_DENIED`: Deno, or the system, refused access to a file
 * - `PROTOCOL_VIOLATION`: an isolated module sent a malformed frame, or more
 *   than it may
 * - `QUEUE_FULL`: a queue of an external bus is at its limit
 * - `QUEUE_MISMATCH`: a queue exists with other properties
 * - `RECORDING_DAMAGED`: a recording contains data that no recorder wrote
 * - `REQUEST_TIMEOUT`: no answer before the deadline
 * - `STATE_NOT_KEPT`: replaced code kept a state that is not data, is too
 *   large, or does not fit the new code
 * - `STORAGE_FAILED`: a file could not be read or written; `cause` says why
 * - `UNKNOWN_CLASS`: no module or bus of that class is registered or standard
 * - `WRONG_EXPORT`: a loaded file exports neither a module nor a bus
 * - `WRONG_INTEGRITY`: a loaded file does not have the configured hash
 * - `WRONG_VERSION`: a loaded module or bus was made by an SDK of another
 *   version, or the version of Node.js is too old
 */
export type ErrorCode =
  | "ABORTED"
  | "BUS_BLOCKED"
  | "BUS_CLOSED"
  | "BUS_UNAVAILABLE"
  | "COMPILE_FAILED"
  | "DECODE_FAILED"
  | "DRAIN_TIMEOUT"
  | "FOLDER_IN_USE"
  | "FORBIDDEN"
  | "GUEST_ENDED"
  | "GUEST_REFUSED"
  | "HANDLER_FAILED"
  | "INIT_FAILED"
  | "INVALID_CONFIG"
  | "INVALID_ERROR"
  | "INVALID_MESSAGE"
  | "INVALID_OPTION"
  | "INVALID_TOPIC"
  | "LOAD_FAILED"
  | "MESSAGE_MUTATED"
  | "MESSAGE_TOO_LARGE"
  | "MODULE_FAILED"
  | "NOT_ENCODABLE"
  | "NOT_SETTLED"
  | "NO_EXPORT"
  | "NO_HANDLER"
  | "NO_QUEUE"
  | "NO_ROUTE"
  | "NO_RECORDING"
  | "OVERFLOW"
  | "PERMISSION_DENIED"
  | "PROTOCOL_VIOLATION"
  | "QUEUE_FULL"
  | "QUEUE_MISMATCH"
  | "RECORDING_DAMAGED"
  | "REQUEST_TIMEOUT"
  | "STATE_NOT_KEPT"
  | "STORAGE_FAILED"
  | "UNKNOWN_CLASS"
  | "WRONG_EXPORT"
  | "WRONG_INTEGRITY"
  | "WRONG_VERSION";

/**
 * A code of a module: upper-case words joined by `_`, and none of
 * {@linkcode ErrorCode}.
 */
export type OwnCode = string & Record<never, never>;

/** Options of {@linkcode CaryatidError}. */
export interface CaryatidErrorOptions extends ErrorOptions {
  /** Suggested remedy, as a sentence. */
  readonly hint?: string | undefined;
  /**
   * Data for the program that catches the error. It crosses every bus: at most
   * 64 KiB as CBOR.
   */
  readonly details?: unknown;
}

/**
 * Every code of the framework. Modules cannot use them for their own errors.
 */
const FRAMEWORK_CODES: Readonly<Record<ErrorCode, true>> = {
  ABORTED: true,
  BUS_BLOCKED: true,
  BUS_CLOSED: true,
  BUS_UNAVAILABLE: true,
  COMPILE_FAILED: true,
  DECODE_FAILED: true,
  DRAIN_TIMEOUT: true,
  FOLDER_IN_USE: true,
  FORBIDDEN: true,
  GUEST_ENDED: true,
  GUEST_REFUSED: true,
  HANDLER_FAILED: true,
  INIT_FAILED: true,
  INVALID_CONFIG: true,
  INVALID_ERROR: true,
  INVALID_MESSAGE: true,
  INVALID_OPTION: true,
  INVALID_TOPIC: true,
  LOAD_FAILED: true,
  MESSAGE_MUTATED: true,
  MESSAGE_TOO_LARGE: true,
  MODULE_FAILED: true,
  NOT_ENCODABLE: true,
  NOT_SETTLED: true,
  NO_EXPORT: true,
  NO_HANDLER: true,
  NO_QUEUE: true,
  NO_ROUTE: true,
  NO_RECORDING: true,
  OVERFLOW: true,
  PERMISSION_DENIED: true,
  PROTOCOL_VIOLATION: true,
  QUEUE_FULL: true,
  QUEUE_MISMATCH: true,
  RECORDING_DAMAGED: true,
  REQUEST_TIMEOUT: true,
  STATE_NOT_KEPT: true,
  STORAGE_FAILED: true,
  UNKNOWN_CLASS: true,
  WRONG_EXPORT: true,
  WRONG_INTEGRITY: true,
  WRONG_VERSION: true,
};

/** Returns true if `code` is one of {@linkcode ErrorCode}. */
export function isFrameworkCode(code: string): code is ErrorCode {
  return Object.hasOwn(FRAMEWORK_CODES, code);
}

const BRAND = "~caryatid.error";

/**
 * Error of Caryatid and of modules. Compare `code`, never the text.
 *
 * If a handler throws one with a code that the module defines, the requester
 * receives the same code, message and details, on every bus. `instanceof` is
 * also true for an error of another loaded copy of this package.
 *
 * @example Branch on the code
 * ```ts
 * import { CaryatidError } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const error = new CaryatidError("NO_ROUTE", "Cannot publish: no route", {
 *   hint: "Add a [[message-router.route]].",
 * });
 * assert.equal(error.code, "NO_ROUTE");
 * assert.equal(error.hint, "Add a [[message-router.route]].");
 * ```
 */
export class CaryatidError extends Error {
  /**
   * Identifies the error: a code of the framework, which is stable across
   * releases, or one of a module.
   */
  readonly code: ErrorCode | OwnCode;
  /** Suggested remedy. */
  readonly hint: string | undefined;
  /** Data that the thrower added. */
  declare readonly details?: unknown;

  /** `message` names the attempt, what was found and what is expected. */
  constructor(
    code: ErrorCode | OwnCode,
    message: string,
    options: CaryatidErrorOptions = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.name = "CaryatidError";
    this.code = code;
    this.hint = options.hint;
    if (options.details !== undefined) this.details = options.details;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /**
   * Returns true for errors of every loaded copy of this package (JSR can load
   * two versions).
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    try {
      // A subclass inherits this method, but the brand does not identify it.
      if (this !== CaryatidError) return super[Symbol.hasInstance](value);
      return typeof value === "object" && value !== null &&
        (value as Record<string, unknown>)[BRAND] === true;
    } catch {
      return false; // a proxy whose traps throw
    }
  }
}

/**
 * Returns the `ABORTED` error of a call that waited with `signal`. The reason
 * of the signal becomes the cause.
 *
 * @example
 * ```ts
 * import { abortedError } from "@caryatid/sdk/bus";
 * import assert from "node:assert/strict";
 *
 * const error = abortedError("publish", AbortSignal.abort("too late"));
 * assert.equal(error.code, "ABORTED");
 * assert.equal(error.cause, "too late");
 * ```
 */
export function abortedError(what: string, signal: AbortSignal): CaryatidError {
  return new CaryatidError("ABORTED", `Cannot ${what}: its signal fired`, {
    cause: signal.reason,
  });
}

/** Returns true for the errors with which a stop ends waits. */
export function isShutdownError(error: unknown): boolean {
  const code = error instanceof CaryatidError ? error.code : undefined;
  return code === "ABORTED" || code === "BUS_CLOSED";
}
