import {
  CaryatidError,
  type Handling,
  type Log,
  type MessageBus,
} from "@caryatid/sdk";
import type { ControlAction } from "../config/process_config.ts";

/** Action of a request. */
export type OperatorAction = ControlAction | "resume";

/** Operations on the module of an id, by action. An unknown module fails. */
export type ModuleOperations = Readonly<
  Record<OperatorAction, (id: string) => unknown>
>;

/** Options of {@linkcode OperatorRequests}. */
export interface OperatorRequestsOptions {
  readonly bus: MessageBus;
  /** Id of the process. */
  readonly process: string;
  /** Actions that the configuration allows. */
  readonly allowed: readonly ControlAction[];
  readonly operations: ModuleOperations;
  /** Describes the typed topics of all modules. */
  readonly describe: () => Promise<unknown>;
  readonly log: Log;
}

/**
 * Handles requests of operators: `{ action, module }` on
 * `caryatid.control.<id of the process>`. The dashboard sends them, and so does
 * `caryatid request --attach`. The answer is `{ paused }`, or the time that a
 * restart or swap took: `{ milliseconds }`.
 *
 * The action `describe` changes nothing, so that it is always allowed. Its
 * answer is `{ topics }`.
 */
export class OperatorRequests {
  readonly #options: OperatorRequestsOptions;
  readonly #handling: Handling;

  /** Takes requests from now on. */
  constructor(options: OperatorRequestsOptions) {
    const { bus, process, log } = this.#options = options;
    this.#handling = bus.handle(
      `caryatid.control.${process}`,
      ({ message }) =>
        this.#handle(message).catch((error) => {
          throw withHint(error);
        }),
    );
    this.#handling.ready.catch((error: Error) => {
      log.warn("modules cannot be controlled: {error}", {
        error: error.message,
      });
    });
  }

  /** Takes no further requests. */
  close(): Promise<void> {
    return this.#handling.close();
  }

  async #handle(message: unknown): Promise<unknown> {
    const { operations, describe, log } = this.#options;
    const request = (message ?? {}) as Record<string, unknown>;
    if (request["action"] === "describe") return { topics: await describe() };
    const { action, module } = this.#read(request);
    log.warn("an operator requested to {action} module {module}", {
      action,
      module,
    });
    const began = performance.now();
    const result = await operations[action](module);
    return result ?? { milliseconds: Math.ceil(performance.now() - began) };
  }

  #read(
    { action, module }: Readonly<Record<string, unknown>>,
  ): { action: OperatorAction; module: string } {
    const { allowed } = this.#options;
    const known = ACTIONS.get(action);
    if (known === undefined) {
      const all = [...ACTIONS.keys()].join(", ");
      throw new CaryatidError(
        "INVALID_OPTION",
        `Cannot control a module: found another action; expected one of ${all}`,
      );
    }
    const { name, permission } = known;
    if (allowed.includes(permission)) {
      return { action: name, module: String(module) };
    }
    throw new CaryatidError(
      "FORBIDDEN",
      `Cannot ${name} module "${module}": the process does not allow it`,
      { hint: `Add "${permission}" to control of [monitor].` },
    );
  }
}

/** An answer carries code and text of an error, and no hint. */
function withHint(error: unknown): unknown {
  if (!(error instanceof CaryatidError) || !error.hint) return error;
  const { code, message, hint } = error;
  return new CaryatidError(code, `${message}. ${hint}`, { cause: error });
}

interface KnownAction {
  readonly name: OperatorAction;
  /** Entry of `[monitor] control` that allows it. */
  readonly permission: ControlAction;
}

const ACTIONS: ReadonlyMap<unknown, KnownAction> = new Map<
  unknown,
  KnownAction
>([
  ["pause", { name: "pause", permission: "pause" }],
  ["resume", { name: "resume", permission: "pause" }],
  ["restart", { name: "restart", permission: "restart" }],
  ["swap", { name: "swap", permission: "swap" }],
]);
