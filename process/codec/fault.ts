import { CaryatidError } from "@caryatid/sdk";

/** A word of a path: a key, or the index of an item. */
type Step = string | number;

const MOST_STEPS = 12;
const MOST_KEY = 40;

/**
 * Why a message has no form on the wire. On its way out it learns the path, so that good messages pay nothing for one.
 *
 * Not an `Error`: nobody outside sees it, and a stack costs more than the message.
 */
export class Fault {
  readonly code: "NOT_ENCODABLE" | "MESSAGE_TOO_LARGE";
  readonly reason: string;
  readonly cause: unknown;
  /** Innermost first. */
  readonly #path: Step[] = [];
  /** The object that was one too deep. */
  readonly #deepest: object | undefined;
  /** How many steps go once round the cycle. */
  #cycle = 0;

  /** `reason` follows the path: "it is a function, …". */
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

  /** Notes that it came out of `container`, at `step` if that is known. */
  passed(container: object, step: Step | undefined): void {
    if (step !== undefined) this.#path.push(step);
    if (container !== this.#deepest) return;
    // A cycle. What was noted before belongs to earlier rounds of it.
    this.#path.splice(0, this.#cycle);
    this.#cycle = this.#path.length;
  }

  /** What a caller gets. */
  toError(): CaryatidError {
    const what = this.code === "NOT_ENCODABLE"
      ? shownPath(this.#path.toReversed())
      : "message";
    const reason = this.#cycle > 0
      ? "it contains itself, and a message is a tree"
      : this.reason;
    return new CaryatidError(this.code, `Cannot encode "${what}": ${reason}`, {
      ...this.cause === undefined ? {} : { cause: this.cause },
    });
  }
}

/** What was thrown inside `container`: a fault, or what a getter, a proxy or the engine threw. */
export function faultIn(
  container: object,
  step: Step | undefined,
  thrown: unknown,
): Fault {
  const fault = asFault(thrown);
  fault.passed(container, step);
  return fault;
}

/** A fault as it is; anything else becomes the cause of one. */
export function asFault(thrown: unknown): Fault {
  return thrown instanceof Fault
    ? thrown
    : new Fault("reading it threw an error", { cause: thrown });
}

function shownPath(path: readonly Step[]): string {
  const half = MOST_STEPS / 2;
  const steps = path.length <= MOST_STEPS
    ? path.map(shownStep)
    : [...path.slice(0, half).map(shownStep), " … "]
      .concat(path.slice(-half).map(shownStep));
  return "message" + steps.join("");
}

function shownStep(step: Step): string {
  if (typeof step === "number") return `[${step}]`;
  if (/^[A-Za-z_$][\w$]*$/.test(step) && step.length <= MOST_KEY) {
    return `.${step}`;
  }
  const shown = step.length > MOST_KEY ? step.slice(0, MOST_KEY) + "…" : step;
  return `[${JSON.stringify(shown)}]`;
}
