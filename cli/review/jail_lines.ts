import { findJail } from "@caryatid/process/internal/isolation";
import { partName } from "../inspection/inspection.ts";
import type { CheckedConfig } from "./checked_config.ts";

/** Describes what keeps `limits.memory`. */
const MEMORY = Deno.build.os === "linux"
  ? "limits.memory: the host watches the memory of each separate process"
  : "limits.memory: each separate process reports its memory to its host";
/** Follows if the machine can have a cgroup for each jail. */
const SCOPE = "; in the jail, a cgroup of systemd limits it, too";

/**
 * Describes the jail of each module and bus with a separate process, what keeps
 * its memory limit, and whether this machine has a jail. Starts Deno in a jail
 * to find out.
 */
export async function jailLines(
  { parts }: Pick<CheckedConfig, "parts">,
): Promise<string[]> {
  const jailed = parts.filter(({ config }) => config.isolation === "process");
  if (jailed.length === 0) return [];
  const lines = [
    ...jailed.map((part) => `jail of [${partName(part)}]: ${part.config.jail}`),
  ];
  if (jailed.every(({ config }) => config.jail === "off")) {
    return [MEMORY, ...lines];
  }
  const found = await findJail({ path: Deno.env.get("PATH") });
  const machine = "missing" in found
    ? `this machine has no jail: ${found.missing}`
    : `this machine has a jail: ${found.bwrap}`;
  const hasScope = "scope" in found && found.scope !== undefined;
  return [`${MEMORY}${hasScope ? SCOPE : ""}`, ...lines, machine];
}
