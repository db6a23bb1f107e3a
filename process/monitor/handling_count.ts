import type { Handler } from "@caryatid/sdk";
import type { HandlingsSnapshot } from "./snapshot.ts";

/** What a module handles on one pattern. */
export class HandlingCount {
  #handled = 0;
  #failed = 0;
  #running = 0;

  /** The same handler, counted. */
  counted(handler: Handler): Handler {
    return (request) => {
      this.#running++;
      let answer: unknown;
      let isAnswer: boolean;
      try {
        answer = handler(request);
        isAnswer = !isThenable(answer); // a proxy may throw when it is looked at
      } catch (error) {
        this.#ended(false);
        throw error;
      }
      if (isAnswer) {
        this.#ended(answer !== undefined);
        return answer;
      }
      return Promise.resolve(answer).then(
        (answer) => {
          this.#ended(answer !== undefined);
          return answer;
        },
        (error) => {
          this.#ended(false);
          throw error;
        },
      );
    };
  }

  /** What is known now. */
  snapshot(): HandlingsSnapshot {
    return {
      handled: this.#handled,
      failed: this.#failed,
      running: this.#running,
    };
  }

  #ended(answered: boolean): void {
    this.#running--;
    if (answered) this.#handled++;
    else this.#failed++;
  }
}

function isThenable(value: unknown): boolean {
  return typeof value === "object" && value !== null && "then" in value;
}
