/** Bytes that are handed on at once. What is longer goes out in such pieces, as fast as the client takes them. */
export const CHUNK = 65_536;

/** Bodies on their way to clients, so that a server that stops can cut them. */
export class OpenStreams {
  readonly #cuts = new Set<(reason: Error) => void>();

  /** How many there are. */
  get size(): number {
    return this.#cuts.size;
  }

  /** A body of `bytes`, written piece by piece. */
  ofBytes(bytes: Uint8Array): ReadableStream<Uint8Array> {
    let at = 0;
    return this.#watched({
      pull: (controller) => {
        controller.enqueue(bytes.subarray(at, at += CHUNK));
        return at >= bytes.length;
      },
    });
  }

  /** The same body, one that can be cut. */
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

  /** Ends all of them early, so that the clients see it. */
  cut(): void {
    const reason = new Error("the server has stopped");
    for (const cut of [...this.#cuts]) cut(reason);
  }

  #watched(source: {
    pull(
      controller: ReadableStreamDefaultController<Uint8Array>,
    ): boolean | Promise<boolean>;
    cancel?(reason: unknown): Promise<void>;
  }): ReadableStream<Uint8Array> {
    let cut: (reason: Error) => void;
    const end = () => this.#cuts.delete(cut);
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
