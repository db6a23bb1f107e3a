import { createHash } from "node:crypto";
import type { Release } from "./release.ts";

type Versions = ReadonlyMap<string, Release>;

/** `meta.json` of a package: its versions. */
export function packageMeta(
  name: string,
  versions: Versions,
  createdAt: Date,
): unknown {
  const [scope, short] = name.slice(1).split("/");
  return {
    scope,
    name: short,
    latest: latestOf(versions),
    versions: Object.fromEntries(
      [...versions.keys()].map((version) => [version, { createdAt }]),
    ),
  };
}

/**
 * `V_meta.json` of a version: its files with their hashes, and its entries.
 */
export function versionMeta({ files, exports }: Release): unknown {
  const manifest = [...files].map(([path, bytes]) => {
    const hash = createHash("sha256").update(bytes).digest("hex");
    return [path, { size: bytes.length, checksum: `sha256-${hash}` }];
  });
  return { manifest: Object.fromEntries(manifest), exports };
}

/** Highest version. */
export function latestOf(versions: Versions): string {
  const byNumbers = new Intl.Collator("en", { numeric: true });
  return [...versions.keys()].sort(byNumbers.compare).at(-1)!;
}
