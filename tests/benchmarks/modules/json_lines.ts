/** Size of the text that is written at once, in characters. */
const PART = 64 * 1024;

/** Writes values as JSON lines, as a program without a framework would. */
export async function writeByHand(
  path: string,
  values: readonly unknown[],
): Promise<void> {
  using file = await Deno.create(path);
  const writer = file.writable.getWriter();
  const encoder = new TextEncoder();
  let text = "";
  for (const value of values) {
    text += `${JSON.stringify(value)}\n`;
    if (text.length < PART) continue;
    await writer.write(encoder.encode(text));
    text = "";
  }
  await writer.write(encoder.encode(text));
  await writer.close();
}

/** Parses every line of the files of a recording. */
export async function parseByHand(
  folder: string,
  use: (value: unknown) => void = () => {},
): Promise<void> {
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  for (const name of names) {
    const file = await Deno.open(`${folder}/${name}`);
    let rest = "";
    const text = file.readable.pipeThrough(new TextDecoderStream());
    for await (const part of text) {
      const lines = (rest + part).split("\n");
      rest = lines.pop()!;
      for (const line of lines) use(JSON.parse(line));
    }
  }
}
