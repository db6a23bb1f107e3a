/**
 * What can go wrong, by name. Programs test for these; they are stable across releases.
 *
 * | Code | Meaning |
 * | --- | --- |
 * | `ABORTED` | the given signal fired; `cause` is its reason |
 * | `BUS_CLOSED` | the bus was closed, before the call or while it waited |
 * | `BUS_UNAVAILABLE` | an external bus cannot be reached |
 * | `COMPILE_FAILED` | no binary could be made; the message says what is missing |
 * | `DECODE_FAILED` | a received body is not what the wire format allows |
 * | `DRAIN_TIMEOUT` | work was still going on at the stop deadline |
 * | `FOLDER_IN_USE` | somebody else records to the folder |
 * | `FORBIDDEN` | a module used a topic outside its rights or, in a test, beside those it declares |
 * | `GUEST_ENDED` | an isolated module ended, was silent or used more than its limits allow |
 * | `GUEST_REFUSED` | an isolated module can't be started here: a flag, a permission or its file is missing |
 * | `HANDLER_FAILED` | the handler of a request failed; `cause` has its code and message |
 * | `INIT_FAILED` | a module's `init` threw, or did not end in time |
 * | `INVALID_CONFIG` | a configuration has errors; `problems` lists them all |
 * | `INVALID_MESSAGE` | a message does not fit the schema of its topic |
 * | `INVALID_OPTION` | an argument is outside its range |
 * | `INVALID_TOPIC` | a topic or pattern breaks the rules for topics |
 * | `LOAD_FAILED` | a specifier did not give a module or bus; `cause` says why |
 * | `MESSAGE_MUTATED` | a message changed after it was published (`freeze` finds it) |
 * | `MESSAGE_TOO_LARGE` | a message is over the size limit of an external bus |
 * | `MODULE_FAILED` | what a module runs threw |
 * | `NOT_ENCODABLE` | a message has no form on the wire |
 * | `NOT_SETTLED` | a module under test was still busy at the deadline |
 * | `NO_EXPORT` | a loaded file has no default export |
 * | `NO_HANDLER` | nobody handles the topic of a request |
 * | `NO_ROUTE` | no route names a bus for the topic |
 * | `NO_RECORDING` | there is no recording where one was asked for |
 * | `OVERFLOW` | a queue is full, and its policy or the deadline says so |
 * | `PERMISSION_DENIED` | Deno, or the system, refused access to a file |
 * | `PROTOCOL_VIOLATION` | an isolated module sent what isn't a frame of the bridge, or more than it may |
 * | `RECORDING_DAMAGED` | a recording has something in it that no recorder wrote |
 * | `REQUEST_TIMEOUT` | no answer before the deadline |
 * | `STORAGE_FAILED` | a file could not be read or written; `cause` says why |
 * | `UNKNOWN_CLASS` | no module or bus of that class is registered or standard |
 * | `WRONG_EXPORT` | a loaded file exports something else than a module or bus |
 * | `WRONG_INTEGRITY` | a loaded file is not the one whose hash was written down |
 * | `WRONG_VERSION` | a loaded module or bus was made by an SDK of another version |
 */
export type ErrorCode =
  | "ABORTED"
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
  | "NO_ROUTE"
  | "NO_RECORDING"
  | "OVERFLOW"
  | "PERMISSION_DENIED"
  | "PROTOCOL_VIOLATION"
  | "RECORDING_DAMAGED"
  | "REQUEST_TIMEOUT"
  | "STORAGE_FAILED"
  | "UNKNOWN_CLASS"
  | "WRONG_EXPORT"
  | "WRONG_INTEGRITY"
  | "WRONG_VERSION";

/** What a {@linkcode CaryatidError} can carry besides its code and message. */
export interface CaryatidErrorOptions extends ErrorOptions {
  /** What a person can do about it. */
  readonly hint?: string | undefined;
}

const BRAND = "~caryatid.error";

/**
 * The only error Caryatid throws. Tell errors apart by `code`, never by text.
 *
 * `instanceof` also holds for an error of another loaded copy of this package.
 *
 * @example Branch on the code
 * ```ts
 * import { CaryatidError } from "@caryatid/sdk";
 * import assert from "node:assert/strict";
 *
 * const error = new CaryatidError("NO_ROUTE", 'Cannot publish "a.b": no route', {
 *   hint: "add a [[message-router.route]]",
 * });
 * assert.equal(error.code, "NO_ROUTE");
 * assert.equal(error.hint, "add a [[message-router.route]]");
 * ```
 */
export class CaryatidError extends Error {
  /** What a program tests for; stable across releases. */
  readonly code: ErrorCode;
  /** What a person can do about it. */
  readonly hint: string | undefined;

  /** `message` says what was asked, what was found and what is wanted. */
  constructor(
    code: ErrorCode,
    message: string,
    options: CaryatidErrorOptions = {},
  ) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.name = "CaryatidError";
    this.code = code;
    this.hint = options.hint;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Holds for errors of every loaded copy of this package (JSR may load two versions). */
  static override [Symbol.hasInstance](value: unknown): boolean {
    try {
      // A subclass inherits this, and promises more than the brand does.
      if (this !== CaryatidError) return super[Symbol.hasInstance](value);
      return typeof value === "object" && value !== null &&
        (value as Record<string, unknown>)[BRAND] === true;
    } catch {
      return false; // a proxy that throws when it is looked at
    }
  }
}
