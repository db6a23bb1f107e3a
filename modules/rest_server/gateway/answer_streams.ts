import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import { unavailable } from "./bus_problem.ts";
import type { MemoryBudget } from "./memory_budget.ts";

/**
 * Size of the pieces in which a longer answer is sent, as fast as the client
 * reads.
 */
export const CHUNK = 65_536;

/**
 * Bodies that are being sent to clients, so that a server can end them when it
 * stops.
 */
export class AnswerStreams {
  readonly #cuts = new Set<(reason: Error) => void>();
  readonly #budget: MemoryBudget;

  /** Long answers count in the budget until they are sent. */
  constructor(budget: MemoryBudget) {
    this.#budget = budget;
  }

  /** Number of bodies that were not sent completely. */
  get size(): number {
    return this.#cuts.size;
  }

  /**
   * Returns a body of `bytes`, sent in pieces, so that its compression blocks
   * the event loop for at most one piece.
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

  /** Returns the same body, which `cut` can end. */
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

  /** Breaks all bodies off, so that their clients notice. */
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
          // the stream has ended in both cases
          source.cancel?.(reason).catch(() => {});
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
