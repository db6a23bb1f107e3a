import { CaryatidError } from "@caryatid/sdk";
import { filePath } from "../../platform/file_urls.ts";
import type { ModuleGraph } from "./module_graph.ts";

/** Text of a file, and its hash. */
export interface Source {
  readonly bytes: Uint8Array;
  readonly text: string;
  /** SHA-256 of the bytes, in hexadecimal digits. */
  readonly hash: string;
}

/** Start of the line that Deno appends to downloaded files in its cache. */
const CACHE_LINE = "\n// denoCacheMetadata=";

/** Reads each file of a graph once, even if several files import it. */
export class SourceReader {
  readonly #graph: ModuleGraph;
  readonly #sources = new Map<string, Promise<Source>>();

  /** Reads files of `graph`. */
  constructor(graph: ModuleGraph) {
    this.#graph = graph;
  }

  /**
   * Returns a file by its URL.
   *
   * @throws {Error} if it cannot be read
   */
  read(url: string): Promise<Source> {
    let source = this.#sources.get(url);
    if (source === undefined) {
      source = this.#read(url);
      this.#sources.set(url, source);
    }
    return source;
  }

  async #read(url: string): Promise<Source> {
    const bytes = await this.#bytes(url);
    const hash = await crypto.subtle.digest("SHA-256", bytes);
    return {
      bytes,
      text: new TextDecoder().decode(bytes),
      hash: new Uint8Array(hash).toHex(),
    };
  }

  async #bytes(url: string): Promise<Uint8Array<ArrayBuffer>> {
    if (url.startsWith("data:")) {
      return await (await fetch(url)).bytes();
    }
    const { local } = this.#graph.file(url) ?? {};
    if (url.startsWith("file:")) return await Deno.readFile(filePath(url));
    if (local === undefined) {
      throw new CaryatidError("LOAD_FAILED", `"${url}" is not in Deno's cache`);
    }
    return withoutCacheLine(await Deno.readFile(local));
  }
}

/** Removes the line that Deno appends, also from binary files. */
function withoutCacheLine(
  bytes: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  // Each byte is one character.
  const text = new TextDecoder("latin1").decode(bytes);
  const end = text.lastIndexOf(CACHE_LINE);
  return end < 0 ? bytes : bytes.subarray(0, end);
}
