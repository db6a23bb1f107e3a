import { CaryatidError } from "@caryatid/sdk";
import { importHost } from "../../config/import_hosts.ts";
import { compareHashes } from "../sealing/checked_hashes.ts";
import { seal, sealElsewhere } from "../sealing/seal.ts";
import type { SealedCode } from "../sealing/sealed_code.ts";
import { VERSION } from "../../platform/version.ts";
import { denoEnvironment, readableVariable } from "./environment.ts";
import {
  entryFile,
  guestFile,
  guestName,
  type GuestOrder,
} from "./guest_spawner.ts";

/** Part of the order of a guest process on which its code depends. */
export interface SealOrder extends
  Pick<
    GuestOrder,
    "kind" | "id" | "specifier" | "integrity" | "grants" | "traced"
  > {
  /**
   * Further hosts from which the guest may import, besides its own host and
   * JSR.
   */
  readonly importHosts?: readonly string[];
  /** True if the guest runs in a worker of its host (false). */
  readonly inWorker?: boolean;
}

/**
 * Seals the code of a guest before it starts.
 *
 * @param projectFlags flags that set how Deno resolves and loads imports
 * @throws {CaryatidError} `LOAD_FAILED`, for a data import with file and line,
 * for a file that has changed since its check with both hashes
 */
export async function sealGuest(
  order: SealOrder,
  projectFlags: readonly string[],
): Promise<SealedCode> {
  const { specifier, integrity, grants } = order;
  const roots = {
    loader: guestFile("loader"),
    entry: entryFile(order),
    module: specifier,
    pinned: integrity !== undefined,
    inWorker: order.inWorker ?? false,
  };
  try {
    const read = grants.read ?? [];
    const options = {
      flags: projectFlags,
      env: denoEnvironment(),
      importFlag: importFlag(order),
    };
    const sealed = mayUseFiles()
      ? await seal(roots, read, options)
      : await sealElsewhere(SEAL_PROGRAM, { roots, read, options });
    compareHashes(specifier, sealed.hashes);
    return sealed;
  } catch (cause) {
    const { message, hint } = cause as CaryatidError;
    throw new CaryatidError(
      "LOAD_FAILED",
      `Cannot load ${guestName(order)} from "${specifier}": ${message}`,
      { cause, hint },
    );
  }
}

/** True if this program may read and write all files. */
function mayUseFiles(): boolean {
  return (["read", "write"] as const).every((name) =>
    Deno.permissions.querySync({ name }).state === "granted"
  );
}

/** Program that seals for a program that may not read all files. */
const SEAL_PROGRAM = import.meta.url.startsWith("file:")
  ? new URL("../../internal/seal_program.ts", import.meta.url).href
  : `jsr:@caryatid/process@${VERSION}/internal/sealing/program`;

/**
 * Returns the flag with the hosts from which the module may import: its own
 * host, the host of Caryatid, JSR and `importHosts`. The flag is always set,
 * because without it Deno allows its default hosts, and `--deny-import` alone
 * changes nothing.
 */
function importFlag({ specifier, importHosts = [] }: SealOrder): string {
  const registry = readableVariable("JSR_URL") ?? "https://jsr.io";
  const hosts = [registry, specifier, import.meta.url]
    .filter((url) => /^https?:/.test(url) && URL.canParse(url))
    .map((url) => importHost(new URL(url)));
  return `--allow-import=${[...hosts, ...importHosts].join()}`;
}
