/** Blocks of a page whose first line names a file. */

/** The parts of a file on a page, in order, without their first line. */
export type NamedBlocks = ReadonlyMap<string, readonly string[]>;

/**
 * Returns the blocks that begin with the name of a file in a comment, such as
 * `// main.ts` or `# caryatid.toml`.
 */
export function namedBlocks(page: string): NamedBlocks {
  const files = new Map<string, string[]>();
  for (const [, name, text] of page.matchAll(NAMED_BLOCK)) {
    files.set(name!, [...files.get(name!) ?? [], text!]);
  }
  return files;
}

const NAMED_BLOCK =
  /^```\w+(?: ignore)?\n(?:\/\/|#) ([\w./-]+\.(?:ts|toml|html))\n([^]*?)^```$/gm;
