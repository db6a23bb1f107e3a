import { dirname, join } from "node:path";
import { type Manifest, publishedFiles, readManifest } from "../npm/sources.ts";
import { bundleEntries } from "./bundle.ts";

/**
 * Packages that each program loads at its start. Bundles make that shorter;
 * the sources are in the package for types, docs and readers.
 */
const BUNDLED: readonly string[] = ["sdk", "process"];

interface Workspace {
  readonly workspace: readonly string[];
  readonly imports: Readonly<Record<string, string>>;
}

/**
 * Writes the workspace as JSR gets it, for `deno publish`. The folder must be
 * outside of a checkout, because `deno publish` skips ignored files.
 */
export async function writeJsrWorkspace(
  root: string,
  folder: string,
): Promise<void> {
  const text = await Deno.readTextFile(join(root, "deno.json"));
  const { workspace, imports }: Workspace = JSON.parse(text);
  await Deno.mkdir(folder, { recursive: true });
  for (const file of ["deno.json", "deno.lock"]) {
    await Deno.copyFile(join(root, file), join(folder, file));
  }
  for (const member of workspace) {
    await copyMember(join(root, member), join(folder, member));
  }
  for (const member of BUNDLED) {
    const manifest = await readManifest(join(folder, member));
    const entries = await bundleEntries(folder, member, {
      entries: manifest.exports,
      external: Object.keys(imports),
    });
    await writeManifest(join(folder, member), {
      ...manifest,
      exports: entries,
    });
  }
}

async function copyMember(from: string, to: string): Promise<void> {
  const manifest = await readManifest(from);
  for await (const file of publishedFiles(from, manifest)) {
    await Deno.mkdir(dirname(join(to, file)), { recursive: true });
    await Deno.copyFile(join(from, file), join(to, file));
  }
  await writeManifest(to, manifest);
}

async function writeManifest(folder: string, manifest: Manifest) {
  const text = JSON.stringify(manifest, undefined, 2) + "\n";
  await Deno.writeTextFile(join(folder, "deno.json"), text);
}
