/** Reads `length` bytes. */
export async function readToLength(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  length: number,
): Promise<void> {
  for (let got = 0; got < length;) {
    const { value } = await reader.read();
    if (value === undefined) throw new Error("it ended");
    got += value.length;
  }
}
