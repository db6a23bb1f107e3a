import { CaryatidError } from "@caryatid/sdk";

/** A step of a path: a key, or the index of an item. */
type Step = string | number;

const MAX_STEPS = 12;
const MAX_KEY = 40;

/**
 * Reason why a message has no form on the wire. Each caller adds its step of
 * the path, so valid messages pay nothing for a path.
 *
 * Not an `Error`: it stays inside the codec, and a stack trace costs more than
 * the message.
 */
export class Fault {
  readonly code: "NOT_ENCODABLE" | "MESSAGE_TOO_LARGE";
  readonly reason: string;
  readonly cause: unknown;
  /** Innermost first. */
  readonly #path: Step[] = [];
  /** The object that exceeded the maximum depth. */
  readonly #deepest: object | undefined;
  /** Number of steps of one round of a cycle. */
  #cycle = 0;

  /**
   * `reason` follows the path in the message, such as "it is a function, …".
   */
  constructor(
    reason: string,
    options: {
      readonly code?: Fault["code"];
      readonly cause?: unknown;
      readonly deepest?: object;
    } = {},
  ) {
    this.reason = reason;
    this.code = options.code ?? "NOT_ENCODABLE";
    this.cause = options.cause;
    this.#deepest = options.deepest;
  }

  /** Records that the fault lies in `container`, at `step` if that is known. */
  addStep(container: object, step: Step | undefined): void {
    if (step !== undefined) this.#path.push(step);
    if (container !== this.#deepest) return;
    // A cycle. The steps so far belong to its earlier rounds.
    this.#path.splice(0, this.#cycle);
    this.#cycle = this.#path.length;
  }

  /**
   * Converts the fault to the error for the caller of the codec. `name` is the
   * name of the whole value.
   */
  toError(name = "message"): CaryatidError {
    const what = this.code === "NOT_ENCODABLE"
      ? formatPath(name, this.#path.toReversed())
      : name;
    const reason = this.#cycle > 0
      ? `it contains itself, and a ${name} is a tree`
      : this.reason;
    return new CaryatidError(this.code, `Cannot encode "${what}": ${reason}`, {
      ...this.cause === undefined ? {} : { cause: this.cause },
    });
  }
}

/**
 * Returns the fault for a value that was thrown inside `container`, by the
 * codec, a getter, a proxy or the engine.
 */
export function faultIn(
  container: object,
  step: Step | undefined,
  thrown: unknown,
): Fault {
  const fault = asFault(thrown);
  fault.addStep(container, step);
  return fault;
}

/** Returns a fault unchanged; any other value becomes the cause of a fault. */
export function asFault(thrown: unknown): Fault {
  return thrown instanceof Fault
    ? thrown
    : new Fault("reading it threw an error", { cause: thrown });
}

function formatPath(name: string, path: readonly Step[]): string {
  const half = MAX_STEPS / 2;
  const steps = path.length <= MAX_STEPS
    ? path.map(formatStep)
    : [...path.slice(0, half).map(formatStep), " … "]
      .concat(path.slice(-half).map(formatStep));
  return name + steps.join("");
}

function formatStep(step: Step): string {
  if (typeof step === "number") return `[${step}]`;
  if (/^[A-Za-z_$][\w$]*$/.test(step) && step.length <= MAX_KEY) {
    return `.${step}`;
  }
  const start = step.length > MAX_KEY ? step.slice(0, MAX_KEY) + "…" : step;
  return `[${JSON.stringify(start)}]`;
}
