/** A longer line is no report of ours: what is over is dropped. */
const LONGEST = 4 * 1024 * 1024;

/** Bytes to lines. */
export class TextLineStream
  implements ReadableWritablePair<string, Uint8Array<ArrayBuffer>> {
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;

  /** Decodes UTF-8. */
  constructor() {
    const decoder = new TextDecoderStream();
    let rest = "";
    const lines = new TransformStream<string, string>({
      transform(chunk, controller) {
        const parts = (rest + chunk).split("\n");
        rest = parts.pop()!.slice(0, LONGEST);
        for (const part of parts) controller.enqueue(part);
      },
      flush: (controller) => controller.enqueue(rest),
    });
    this.writable = decoder.writable as WritableStream<Uint8Array<ArrayBuffer>>;
    this.readable = decoder.readable.pipeThrough(lines);
  }
}
