import type { CaryatidError, SchemaIssue, SchemaResult } from "@caryatid/sdk";
import { FROM_GUEST } from "../wire/frames.ts";
import { violation } from "../wire/protocol_errors.ts";
import { safeText } from "../wire/safe_text.ts";
import { fromWireError } from "../wire/wire_error.ts";
import type { LoadedModule } from "./guest_options.ts";

/** Answer to one frame of a start, which a guest may give once. */
class Answer<Value> {
  #waiting: PromiseWithResolvers<Value> | undefined;
  #ended: { readonly error: unknown } | undefined;

  /** Expects the answer. Rejects if the guest has ended. */
  expect(): Promise<Value> {
    if (this.#ended) return Promise.reject(this.#ended.error);
    this.#waiting = Promise.withResolvers<Value>();
    return this.#waiting.promise;
  }

  /**
   * Settles the expected answer. Throws `PROTOCOL_VIOLATION` if none is
   * expected.
   */
  settle(error: CaryatidError | undefined, value: Value): void {
    const waiting = this.#waiting;
    if (waiting === undefined) throw violation("an answer without a request");
    this.#waiting = undefined;
    if (error) waiting.reject(error);
    else waiting.resolve(value);
  }

  /** Rejects the expected answer, and all further ones. */
  abandon(error: unknown): void {
    this.#ended = { error };
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}

/** Answers of a guest during its start, step by step. */
export class StartAnswers {
  /** The guest has loaded its code. */
  readonly loaded: Answer<LoadedModule> = new Answer();
  /** The guest has checked its section. */
  readonly checked: Answer<SchemaResult<unknown>> = new Answer();
  /** All subscriptions of the guest are ready. */
  readonly ready: Answer<void> = new Answer();
  /** Permissions that the module asks for, unchecked. Set with `checked`. */
  asked: unknown = {};
  /** Abilities that the bus claims, unchecked. Set with `checked`. */
  abilities: unknown;

  /** Handles a frame. Returns false if it is not an answer. */
  receive(items: readonly unknown[]): boolean {
    switch (items[0]) {
      case FROM_GUEST.loaded: {
        const [name, description, kind] = items.slice(2) as string[];
        this.loaded.settle(fromWireError(items[1]), {
          name: safeText(name!),
          description: safeText(description!),
          kind: safeText(kind!),
        });
        return true;
      }
      case FROM_GUEST.checked:
        this.#receiveChecked(items);
        return true;
      case FROM_GUEST.ready:
        this.ready.settle(fromWireError(items[1]), undefined);
        return true;
      default:
        return false;
    }
  }

  /** Rejects all answers. */
  abandon(error: unknown): void {
    this.loaded.abandon(error);
    this.checked.abandon(error);
    this.ready.abandon(error);
  }

  #receiveChecked(items: readonly unknown[]): void {
    const [, failure, issues, abilities, asked] = items;
    this.checked.settle(
      fromWireError(failure),
      issues === null
        ? { value: undefined }
        : { issues: (issues as GuestIssue[]).map(safeIssue) },
    );
    this.asked = asked;
    this.abilities = abilities;
  }
}

/** An issue as a guest sends it. */
interface GuestIssue {
  readonly message: string;
  readonly path: readonly (number | string)[];
  /** True for a key that the schema does not know; `path` ends in the key. */
  readonly unknown?: boolean;
}

/** Returns the issue in the form of zod, with safe texts. */
function safeIssue({ message, path, unknown }: GuestIssue): SchemaIssue {
  const keys = path.map((key) => typeof key === "string" ? safeText(key) : key);
  const issue = { message: safeText(message), path: keys };
  if (!unknown) return issue;
  const [key] = keys.splice(-1);
  return Object.assign(issue, { code: "unrecognized_keys", keys: [key] });
}
