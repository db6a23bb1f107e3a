import { CaryatidError } from "@caryatid/sdk";

/** Section of the exports of a WebAssembly module. */
const EXPORTS = 7;
/** Length of the magic number and the version. */
const HEAD = 8;

/**
 * Returns JavaScript that compiles and starts a WebAssembly module, and exports
 * what it exports, as an import of the module itself does.
 *
 * @param specifiers modules that the WebAssembly module imports
 * @throws {CaryatidError} `LOAD_FAILED` if the bytes are not a WebAssembly
 * module
 */
export function wasmModule(
  bytes: Uint8Array,
  specifiers: readonly string[],
): string {
  const quoted = specifiers.map((one) => JSON.stringify(one));
  const imports = quoted.map((one, i) => `import * as i${i} from ${one};\n`);
  const given = quoted.map((one, i) => `${one}: i${i}`);
  const names = exportNames(bytes).map((name) => JSON.stringify(name));
  return `${imports.join("")}` +
    `const bytes = Uint8Array.fromBase64("${bytes.toBase64()}");\n` +
    "const { exports } = new WebAssembly.Instance(" +
    `new WebAssembly.Module(bytes), { ${given.join(", ")} });\n` +
    names.map((name, i) => `const e${i} = exports[${name}];\n`).join("") +
    `export { ${names.map((name, i) => `e${i} as ${name}`).join(", ")} };\n`;
}

/** Reads the names of exports. The bytes are not compiled here. */
function exportNames(bytes: Uint8Array): string[] {
  const reader = new WasmReader(bytes, HEAD);
  while (!reader.atEnd) {
    const section = reader.byte();
    const size = reader.integer();
    if (section !== EXPORTS) {
      reader.skip(size);
      continue;
    }
    const names: string[] = [];
    for (let count = reader.integer(); count > 0; count--) {
      names.push(reader.name());
      reader.skip(1); // kind
      reader.integer(); // index
    }
    return names;
  }
  return [];
}

/** Reads values of the binary format of WebAssembly. */
class WasmReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) {
      throw new CaryatidError(
        "LOAD_FAILED",
        "The WebAssembly module is incomplete",
      );
    }
    return byte;
  }

  skip(length: number): void {
    this.#at += length;
  }

  /** Reads an unsigned LEB128 of at most 32 bits. */
  integer(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new CaryatidError(
      "LOAD_FAILED",
      "The WebAssembly module has an integer of over 32 bits",
    );
  }

  name(): string {
    const length = this.integer();
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.skip(length);
    return new TextDecoder().decode(bytes);
  }
}
