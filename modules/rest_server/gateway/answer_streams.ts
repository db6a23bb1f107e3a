import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import { unavailable } from "./bus_problem.ts";
import type { MemoryBudget } from "./memory_budget.ts";

/**
 * Bytes that are sent at once. A longer answer is sent in such pieces, as fast
 * as the client takes them.
 */
export const CHUNK = 65_536;

/** Bodies on their way to clients, so that a server that stops can cut them. */
export class AnswerStreams {
  readonly #cuts = new Set<(reason: Error) => void>();
  readonly #budget: MemoryBudget;

  /** Long answers count in the budget until they are sent. */
  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** Number of bodies that are not all sent. */
  get size(): number {
    return this.#cuts.size;
  }

  /**
   * Returns a body of `bytes`, sent piece by piece: what compresses it blocks
   * the event loop for one piece at most.
   *
   * @throws {Problem} 503 if the budget is used up
   */
  ofBytes(bytes: Uint8Array): ReadableStream<Uint8Array> {
    if (!this.#budget.take(bytes.length)) {
      throw unavailable(new Error("max-buffered is used up"));
    }
    let at = 0;
    return this.#watched({
      pull: async (controller) => {
        if (at > 0) await yieldToEventLoop();
        controller.enqueue(bytes.subarray(at, at += CHUNK));
        return at >= bytes.length;
      },
      end: () => this.#budget.give(bytes.length),
    });
  }

  /** Returns the same body as one that can be cut. */
  of(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    return this.#watched({
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (!done) controller.enqueue(value);
        return done;
      },
      cancel: (reason) => reader.cancel(reason),
    });
  }

  /** Ends all of them early, so that the clients notice. */
  cut(): void {
    const reason = new Error("the server has stopped");
    for (const cut of [...this.#cuts]) cut(reason);
  }

  #watched(source: {
    pull(
      controller: ReadableStreamDefaultController<Uint8Array>,
    ): boolean | Promise<boolean>;
    cancel?(reason: unknown): Promise<void>;
    end?(): void;
  }): ReadableStream<Uint8Array> {
    let cut: (reason: Error) => void;
    const end = () => {
      if (this.#cuts.delete(cut)) source.end?.();
    };
    return new ReadableStream({
      start: (controller) => {
        cut = (reason) => {
          end();
          controller.error(reason);
          source.cancel?.(reason).catch(() => {}); // it is over either way
        };
        this.#cuts.add(cut);
      },
      async pull(controller) {
        try {
          if (!await source.pull(controller)) return;
          end();
          controller.close();
        } catch (error) {
          end();
          throw error;
        }
      },
      cancel(reason) {
        end();
        return source.cancel?.(reason);
      },
    }, { highWaterMark: 0 });
  }
}
