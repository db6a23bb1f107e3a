import { CaryatidError } from "@caryatid/sdk";
import { nearest } from "../../config/nearest.ts";

/** What Deno has a compile runtime for. */
const TARGETS: readonly string[] = [
  "x86_64-unknown-linux-gnu",
  "aarch64-unknown-linux-gnu",
  "x86_64-apple-darwin",
  "aarch64-apple-darwin",
  "x86_64-pc-windows-msvc",
  "aarch64-pc-windows-msvc",
];

/**
 * The target to compile for: this machine's unless another one is named.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for one that there is no compile runtime for
 */
export function targetOf(wanted?: string): string {
  if (wanted === undefined) return Deno.build.target;
  if (TARGETS.includes(wanted)) return wanted;
  const near = nearest(wanted, TARGETS);
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot compile for ${JSON.stringify(wanted)}: wanted one of ` +
      TARGETS.join(", "),
    { hint: near && `did you mean "${near}"?` },
  );
}

/** Whether binaries for it end in `.exe`. */
export function isWindows(target: string): boolean {
  return target.includes("windows");
}
