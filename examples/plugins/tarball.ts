import { gzipSync } from "node:zlib";

const BLOCK = 512;
const TEXT = new TextEncoder();

/**
 * Creates the tarball of an npm package from its files. The same files give the
 * same bytes, so that the lock file can contain their hash.
 */
export function packageTarball(
  files: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(files).map(([name, text]) =>
    entry(`package/${name}`, TEXT.encode(text))
  );
  const size = entries.reduce((sum, { length }) => sum + length, 0);
  // Two empty blocks end a tarball.
  const tar = new Uint8Array(size + 2 * BLOCK);
  let at = 0;
  for (const one of entries) {
    tar.set(one, at);
    at += one.length;
  }
  // Not compressed: the output depends on the version of zlib.
  return new Uint8Array(gzipSync(tar, { level: 0 }));
}

/** Returns the header block of a file and its content in whole blocks. */
function entry(name: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(
    BLOCK + Math.ceil(body.length / BLOCK) * BLOCK,
  );
  const write = (at: number, text: string) => bytes.set(TEXT.encode(text), at);
  const octal = (value: number, digits: number) =>
    value.toString(8).padStart(digits, "0");
  write(0, name);
  write(100, `${octal(0o644, 7)}\0`);
  write(124, `${octal(body.length, 11)}\0`);
  write(136, `${octal(0, 11)}\0`); // a real time would change the hash
  write(148, " ".repeat(8)); // placeholder of the checksum
  write(156, "0");
  write(257, "ustar\x0000");
  const sum = bytes.reduce((all, byte) => all + byte, 0);
  write(148, `${octal(sum, 6)}\0 `);
  bytes.set(body, BLOCK);
  return bytes;
}
