import { Process } from "@caryatid/process";

/** All topics. */
export const ALL_TOPICS = {
  publish: ["#"],
  subscribe: ["#"],
  request: ["#"],
  handle: ["#"],
};

/** A process with one module, isolated, of those in `guests/` or at a URL. Its section has `more`. */
export function guestProcess(
  isolation: "worker" | "process",
  guest: string,
  more: Record<string, unknown> = {},
): Promise<Process> {
  return Process.create({
    config: {
      log: { level: "error" },
      module: {
        guest: {
          import: guest.includes(":") ? guest : `./guests/${guest}.ts`,
          isolation,
          permissions: ALL_TOPICS,
          ...more,
          // `deno test` checks the types of a worker before it starts.
          limits: { "start-deadline": 60, ...more["limits"] as object },
        },
      },
    },
    base: import.meta.url,
  });
}
