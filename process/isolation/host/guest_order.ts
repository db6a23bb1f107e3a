import { mostBatch } from "../wire/frames.ts";
import type { GuestOptions } from "./guest_options.ts";
import type { GuestOrder } from "./guest_spawner.ts";

/** Returns the order by which a spawner starts a guest. */
export function guestOrder(
  options: GuestOptions,
  onOutput: GuestOrder["onOutput"],
): GuestOrder {
  const { id, specifier, integrity, grants, limits, log } = options;
  return {
    kind: options.kind ?? "module",
    id,
    specifier,
    integrity,
    grants,
    memory: limits.memory,
    jail: options.jail ?? "auto",
    traced: options.traced,
    mostBatch: mostBatch(limits.messageSize),
    onOutput,
    onWarning: (text) => log.warn(text),
  };
}
