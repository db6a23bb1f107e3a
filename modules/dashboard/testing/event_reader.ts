/** JSON of any type, for assertions. */
// deno-lint-ignore no-explicit-any
export type Json = any;

/** Reads the events of a page's stream. */
export class EventReader {
  readonly status: number;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #rest = "";

  /** Takes the response of `/events`. */
  constructor(response: Response) {
    this.status = response.status;
    this.#reader = response.body!.pipeThrough(new TextDecoderStream())
      .getReader();
  }

  /** Resolves with the data of the next event of that name that fits. */
  async next(
    name: string,
    fits: (data: Json) => boolean = () => true,
  ): Promise<Json> {
    for (;;) {
      const end = this.#rest.indexOf("\n\n");
      if (end < 0) {
        const { done, value } = await this.#reader.read();
        if (done) throw new Error(`the stream ended before ${name}`);
        this.#rest += value;
        continue;
      }
      const [, event, json] = /^event: (\w+)\ndata: (.*)$/s.exec(
        this.#rest.slice(0, end),
      )!;
      this.#rest = this.#rest.slice(end + 2);
      const data = JSON.parse(json!);
      if (event === name && fits(data)) return data;
    }
  }

  /** Cancels the stream, as a closed page does. */
  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => {}); // it has ended already
  }
}
