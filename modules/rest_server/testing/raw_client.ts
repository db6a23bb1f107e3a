const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Maximum time that a test waits, in milliseconds. */
const DEADLINE = 60_000;

/** A socket that sends any bytes. */
export class RawClient implements AsyncDisposable {
  readonly #conn: Deno.TcpConn;
  #text = "";
  #isEnded = false;
  #pending: Promise<void> | undefined;

  private constructor(conn: Deno.TcpConn) {
    this.#conn = conn;
  }

  /** Connects to this machine. */
  static async connect(port: number): Promise<RawClient> {
    return new RawClient(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Received text that was not taken. */
  get text(): string {
    return this.#text;
  }

  /** True if the other side has closed the connection. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Sends all data. Rejects if the other side closes the connection. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    for (let at = 0; at < bytes.length;) {
      at += await this.#conn.write(bytes.subarray(at));
    }
  }

  /**
   * Reads until `done` returns true for the received text, or the end. Rejects
   * after 60 s with the received text.
   */
  async until(done: (text: string) => boolean): Promise<string> {
    const end = performance.now() + DEADLINE;
    while (!this.#isEnded && !done(this.#text)) {
      if (await this.#readWithin(end - performance.now())) continue;
      const found = JSON.stringify(this.#text.slice(0, 1_000));
      throw new Error(`waited ${DEADLINE} ms for more than ${found}`);
    }
    return this.#text;
  }

  /**
   * Reads until a response with a `Content-Length` is complete, and takes it.
   */
  async response(): Promise<string> {
    let end = 0;
    await this.until((text) => (end = responseEnd(text)) > 0);
    const response = this.#text.slice(0, end || undefined);
    this.#text = end ? this.#text.slice(end) : "";
    return response;
  }

  /** Reads until the end, or until no data arrives for `quiet` milliseconds. */
  async rest(quiet: number): Promise<string> {
    while (!this.#isEnded && await this.#readWithin(quiet)) {
      // more data may follow
    }
    return this.#text;
  }

  /** Reads until the other side closes. Returns the number of bytes as text. */
  async ended(): Promise<string> {
    return await this.until(() => false);
  }

  /** Ends sending, and continues to read. */
  async halfClose(): Promise<void> {
    await this.#conn.closeWrite();
  }

  /** Closes; harmless twice. */
  async close(): Promise<void> {
    try {
      this.#conn.close();
    } catch {
      // closed before
    }
    await this.#pending;
  }

  /** Closes at the end of the scope. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #readWithin(time: number): Promise<boolean> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), Math.max(0, time));
    });
    const read = this.#read().then(() => true);
    const isRead = await Promise.race([read, late]);
    clearTimeout(timer);
    return isRead;
  }

  #read(): Promise<void> {
    return this.#pending ??= (async () => {
      const bytes = new Uint8Array(65_536);
      try {
        const length = await this.#conn.read(bytes);
        if (length === null) this.#isEnded = true;
        else this.#text += decoder.decode(bytes.subarray(0, length));
      } catch {
        this.#isEnded = true; // reset, or closed by the test
      } finally {
        this.#pending = undefined;
      }
    })();
  }
}

/** Returns the end of the first response of `text`; 0 if it is incomplete. */
function responseEnd(text: string): number {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return 0;
  const length = /^content-length: (\d+)/im.exec(text.slice(0, head))?.[1];
  const end = head + 4 + Number(length ?? 0);
  return text.length >= end ? end : 0;
}

/** Returns the status of the first response. */
export function statusOf(response: string): number {
  return Number(/^HTTP\/1\.[01] (\d+)/.exec(response)?.[1]);
}
