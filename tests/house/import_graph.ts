/** The imports between the files of this repository, as Deno resolves them. */
import { ROOT } from "../support/running_program.ts";

/** Folders whose files are read; `tests` may import everything. */
const FOLDERS = ["sdk", "process", "cli", "modules", "examples"];

/** One import of a file by another file; both paths start at the root. */
export interface Import {
  readonly from: string;
  readonly to: string;
  /** The specifier as it is written. */
  readonly specifier: string;
  /** True if loading the one file loads the other: no type, no `import()`. */
  readonly isStatic: boolean;
}

/**
 * Reads the imports of all files that are not tests, `import type` and literal
 * `import()` included. Imports of packages from npm are left out.
 */
export async function readImports(): Promise<Import[]> {
  const files: string[] = ["mod.ts"];
  for (const folder of FOLDERS) await collectFiles(folder, files);
  const info = await denoInfo(files);
  const imports: Import[] = [];
  for (const { local, dependencies = [] } of info.modules) {
    const from = pathOf(local);
    // Test support leads to `tests`, whose own imports are free.
    if (from === undefined || from.startsWith("tests/")) continue;
    for (const { specifier, code, type, isDynamic } of dependencies) {
      const to = pathOf((code ?? type)?.specifier);
      if (to === undefined) continue;
      const isStatic = code !== undefined && !isDynamic;
      imports.push({ from, to, specifier, isStatic });
    }
  }
  return imports;
}

/** Returns the files that loading `entry` loads. */
export function loadedFiles(
  entry: string,
  imports: readonly Import[],
): Set<string> {
  const files = new Set([entry]);
  for (const file of files) {
    for (const { from, to, isStatic } of imports) {
      if (from === file && isStatic) files.add(to);
    }
  }
  return files;
}

interface Info {
  readonly modules: readonly {
    readonly local?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: { readonly specifier?: string };
      readonly type?: { readonly specifier?: string };
      readonly isDynamic?: boolean;
    }[];
  }[];
}

/** Asks Deno for the graph of a temporary entry that imports all `files`. */
async function denoInfo(files: readonly string[]): Promise<Info> {
  const entry = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    const urls = files.map((file) => new URL(file, `file://${ROOT}`).href);
    await Deno.writeTextFile(
      entry,
      urls.map((url) => `import ${JSON.stringify(url)};\n`).join(""),
    );
    const { success, stdout, stderr } = await new Deno.Command(
      Deno.execPath(),
      {
        args: [
          "info",
          "--json",
          "--no-lock",
          `--config=${ROOT}deno.json`,
          entry,
        ],
      },
    ).output();
    const decoder = new TextDecoder();
    if (!success) throw new Error(decoder.decode(stderr));
    return JSON.parse(decoder.decode(stdout));
  } finally {
    await Deno.remove(entry);
  }
}

async function collectFiles(folder: string, files: string[]): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(ROOT + folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) {
      if (!name.startsWith(".") && name !== "node_modules") {
        await collectFiles(path, files);
      }
    } else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) {
      files.push(path);
    }
  }
}

/** Returns the path from the root; undefined for files outside it. */
function pathOf(location: string | undefined): string | undefined {
  const path = location?.replace(/^file:\/\//, "");
  return path?.startsWith(ROOT)
    ? decodeURI(path.slice(ROOT.length))
    : undefined;
}
