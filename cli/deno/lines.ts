/**
 * Longest line, in characters. A longer one is cut into several, so that it
 * cannot fill the memory.
 */
const LONGEST = 1 << 20;

/**
 * Decodes UTF-8 and splits it at line feeds. A line that is longer than
 * `longest` characters is cut into several.
 */
export class TextLineStream
  implements ReadableWritablePair<string, Uint8Array<ArrayBuffer>> {
  readonly readable: ReadableStream<string>;
  readonly writable: WritableStream<Uint8Array<ArrayBuffer>>;

  /** Pass `Infinity` for lines of any length. */
  constructor(longest: number = LONGEST) {
    const decoder = new TextDecoderStream();
    // Parts of the current line, joined once: joining them at each chunk costs
    // the square of the length.
    let parts: string[] = [];
    let length = 0;
    const lines = new TransformStream<string, string>({
      transform(chunk, controller) {
        const pieces = chunk.split("\n");
        for (const [index, piece] of pieces.entries()) {
          parts.push(piece);
          length += piece.length;
          if (index < pieces.length - 1 || length >= longest) end(controller);
        }
      },
      flush(controller) {
        if (length > 0) end(controller);
      },
    });
    const end = (controller: TransformStreamDefaultController<string>) => {
      controller.enqueue(parts.join(""));
      parts = [];
      length = 0;
    };
    this.writable = decoder.writable as WritableStream<Uint8Array<ArrayBuffer>>;
    this.readable = decoder.readable.pipeThrough(lines);
  }
}
