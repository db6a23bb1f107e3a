import { Process } from "@caryatid/process";

/** All topics. */
export const ALL_TOPICS = {
  publish: ["#"],
  subscribe: ["#"],
  request: ["#"],
  handle: ["#"],
  groups: ["*"],
};

/** Topics and a folder to read, without which `node:fs` is not loaded. */
export const ALL_TOPICS_AND_FILES = { ...ALL_TOPICS, read: ["./guests"] };

/**
 * Creates a process with one isolated module: one of `guests/`, or one at a
 * URL. `more` are keys of its section, `global` those of `[global]`.
 */
export function guestProcess(
  isolation: "worker" | "process",
  guest: string,
  more: Record<string, unknown> = {},
  global: Record<string, unknown> = {},
): Promise<Process> {
  return Process.create({
    config: {
      global,
      log: { level: "error" },
      module: {
        guest: {
          import: guest.includes(":") ? guest : `./guests/${guest}.ts`,
          isolation,
          permissions: guest === "hostile" ? ALL_TOPICS_AND_FILES : ALL_TOPICS,
          ...more,
          // `deno test` checks the types of a worker before it starts.
          limits: { "start-deadline": 60, ...more["limits"] as object },
        },
      },
    },
    base: import.meta.url,
  });
}
