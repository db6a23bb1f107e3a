import { grantsOfModule } from "../isolation/grants.ts";
import type { WatchedStart } from "../isolation/host/guest_process.ts";
import { guestName } from "../isolation/host/guest_spawner.ts";
import { GuestRelay, type RelayOrder } from "../isolation/relay/guest_relay.ts";
import { projectFlags } from "./project.ts";
import { importHosts } from "./run_args.ts";
import type { RunOptions } from "./run_options.ts";
import type { Part, Subject } from "./subject.ts";

/**
 * Starts processes for the modules and buses that are to have their own, and for nothing else: so the program that runs the others needs no
 * right to start Deno, which would be every right. Undefined where no module has one, or the system has no sockets of files.
 */
export function openRelay(
  subject: Subject,
  options: Pick<RunOptions, "allowAll" | "flags" | "grants"> & {
    /** How those are run whose use of permissions is to be found out, by what they are called in errors. */
    readonly watched?: (name: string) => WatchedStart;
  } = {},
): GuestRelay | undefined {
  const { flags = [], watched } = options;
  const orders = relayOrders(subject, options).map((order) => ({
    ...order,
    watched: watched && (() => watched(guestName(order))),
  }));
  if (orders.length === 0 || Deno.build.os === "windows") return undefined;
  return new GuestRelay({
    orders,
    projectFlags: [
      ...projectFlags(subject.project),
      "--cached-only",
      ...flags.filter((flag) => flag === "--frozen"),
    ],
  });
}

/** What a relay may start for a configuration. */
export function relayOrders(
  subject: Subject,
  options: Pick<RunOptions, "allowAll" | "grants"> = {},
): RelayOrder[] {
  const hosts = [...subject.config.importHosts ?? [], ...importHosts(options)]
    .filter((host) => host !== ""); // all: only of what isn't isolated
  return subject.parts.flatMap(orderOf)
    .map((order) => ({ ...order, importHosts: hosts }));
}

function orderOf({ kind, config, specifier }: Part): RelayOrder[] {
  if (specifier === undefined) return [];
  const { id, isolation, integrity, limits: { memory }, ...rest } = config;
  if (isolation !== "process") return [];
  const grants = grantsOfModule({ isolation, ...rest })!;
  return [{ kind, id, specifier, integrity, grants, memory }];
}
