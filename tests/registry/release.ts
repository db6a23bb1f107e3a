/** Published version of a package. */
export interface Release {
  /** `@caryatid/sdk`. */
  readonly name: string;
  readonly version: string;
  /** File of an entry: `./testing` → `./testing/mod.ts`. */
  readonly exports: Readonly<Record<string, string>>;
  readonly license: string | undefined;
  /** Content of the files by path: `/mod.ts`. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

interface PackageConfig {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly exports: string | Readonly<Record<string, string>>;
}

/** Reads a published version from the folder in which it was unpacked. */
export async function readRelease(folder: string): Promise<Release> {
  const config: PackageConfig = JSON.parse(
    await Deno.readTextFile(`${folder}/deno.json`),
  );
  const { name, version, license, exports } = config;
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  await readInto(files, folder, "");
  return {
    name,
    version,
    license,
    exports: typeof exports === "string" ? { ".": exports } : exports,
    files,
  };
}

async function readInto(
  files: Map<string, Uint8Array<ArrayBuffer>>,
  folder: string,
  below: string,
): Promise<void> {
  for await (const entry of Deno.readDir(folder + below)) {
    const path = `${below}/${entry.name}`;
    if (entry.isDirectory) await readInto(files, folder, path);
    else files.set(path, await Deno.readFile(folder + path));
  }
}
