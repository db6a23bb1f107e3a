import assert from "node:assert/strict";

/** One block of a stream of server-sent events, field by field. */
export interface EventBlock {
  readonly id?: string;
  readonly event?: string;
  readonly retry?: string;
  readonly data?: string;
  readonly comment?: string;
}

/** Longest wait for a block, in milliseconds. */
const DEADLINE = 60_000;

/** Reads server-sent events over a real connection, block by block. */
export class EventReader implements AsyncDisposable {
  readonly response: Response;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #text = "";
  /** Last received `id`. */
  position: string | undefined;

  private constructor(response: Response) {
    this.response = response;
    this.#reader = response.body!.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  static async open(
    url: string,
    headers: Record<string, string>,
  ): Promise<EventReader> {
    const response = await fetch(url, { headers });
    if (response.status !== 200) assert.fail(await response.text());
    return new EventReader(response);
  }

  /** Returns the next block; undefined at the end of the stream. */
  async next(): Promise<EventBlock | undefined> {
    let end: number;
    while ((end = this.#text.indexOf("\n\n")) < 0) {
      const chunk = await within(this.#reader.read());
      if (chunk.done) return undefined;
      this.#text += chunk.value;
    }
    const block = parse(this.#text.slice(0, end));
    this.#text = this.#text.slice(end + 2);
    this.position = block.id ?? this.position;
    return block;
  }

  /**
   * Returns the messages of the next `count` blocks. Each block must be a
   * message.
   */
  async messages(count: number): Promise<unknown[]> {
    const messages: unknown[] = [];
    while (messages.length < count) {
      const block = await this.next();
      assert.equal(block?.event, undefined, JSON.stringify(block));
      messages.push(JSON.parse(block!.data!).message);
    }
    return messages;
  }

  /** Disconnects the client. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader.cancel().catch(() => {}); // the stream may have failed
  }
}

function parse(text: string): EventBlock {
  const block: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon) || "comment";
    assert(!(name in block), `two fields ${name} in ${text}`);
    block[name] = line.slice(colon + 1).trimStart();
  }
  return block;
}

/** Returns `promise`, which rejects at the deadline. */
export async function within<T>(promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`nothing came in ${DEADLINE} ms`)),
    DEADLINE,
  );
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
