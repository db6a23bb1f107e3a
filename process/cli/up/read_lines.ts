/** Who never ends a line shall not fill the memory; in characters. */
const LONGEST = 1 << 20;

/** Calls `take` with each line of a stream of text, and with its parts where it is very long. */
export async function readLines(
  stream: ReadableStream<Uint8Array>,
  take: (line: string) => void,
): Promise<void> {
  // Parts of the line that has begun: joined once, or long lines would cost the square of their length.
  let begun: string[] = [];
  let length = 0;
  const end = () => {
    take(begun.join(""));
    begun = [];
    length = 0;
  };
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = text.split("\n");
    for (const [index, line] of lines.entries()) {
      begun.push(line);
      length += line.length;
      if (index < lines.length - 1 || length >= LONGEST) end();
    }
  }
  if (length > 0) end();
}
