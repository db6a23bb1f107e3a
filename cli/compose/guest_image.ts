import type { CheckedConfig } from "../review/checked_config.ts";

/**
 * Options that a container needs so that its processes can start a jail: the
 * defaults of container runtimes forbid user namespaces, and a new `/proc`.
 */
export const JAIL_OPTIONS: readonly string[] = [
  "seccomp:unconfined",
  "apparmor:unconfined",
  "systempaths=unconfined",
];

/** True if the process starts modules or buses in separate processes. */
export function hasGuests({ parts }: Pick<CheckedConfig, "parts">): boolean {
  return parts.some(({ config }) => config.isolation === "process");
}

/**
 * Returns the build of an image of Deno with bubblewrap, which the jail of
 * separate processes needs.
 */
export function guestImage(): Record<string, unknown> {
  const lines = [
    `FROM denoland/deno:${Deno.version.deno}`,
    "USER root",
    "RUN apt-get update" +
    " && apt-get install -y --no-install-recommends bubblewrap" +
    " && rm -rf /var/lib/apt/lists/*",
    "USER deno",
  ];
  return { build: { dockerfile_inline: `${lines.join("\n")}\n` } };
}
