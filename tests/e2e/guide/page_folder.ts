import { dirname } from "node:path";
import { blocksIn } from "../examples/readme.ts";
import { namedBlocks } from "./named_blocks.ts";

/** The files that a page shows, in a temporary folder. */
export class PageFolder implements AsyncDisposable {
  readonly path: string;
  /** Paths of its files, and of blocks without a name that are only checked. */
  readonly files: readonly string[];

  private constructor(path: string, files: readonly string[]) {
    this.path = path;
    this.files = files;
  }

  /** Writes the blocks of a page that do not run by themselves. */
  static async of(page: string): Promise<PageFolder> {
    const path = await Deno.realPath(await Deno.makeTempDir());
    const texts = new Map(
      [...namedBlocks(page)].map(([name, parts]) => [name, parts.join("\n")]),
    );
    for (const [index, block] of blocksIn(page, "ts ignore").entries()) {
      const isNamed = /^\/\/ [\w./-]+\.ts\n/.test(block);
      if (!isNamed) texts.set(`block_${index}.ts`, block);
    }
    for (const [name, text] of texts) {
      await Deno.mkdir(dirname(`${path}/${name}`), { recursive: true });
      await Deno.writeTextFile(`${path}/${name}`, text);
    }
    return new PageFolder(path, [...texts.keys()].map((n) => `${path}/${n}`));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
