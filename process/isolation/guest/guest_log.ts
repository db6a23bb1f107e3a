import type { Log } from "@caryatid/sdk";
import { FROM_GUEST } from "../frames.ts";
import type { Outbox } from "../outbox.ts";

/** A record is as long at most, encoded. */
const MOST_RECORD = 8 * 1024;

/** The log of a guest: its records are written by the host. */
export function guestLog(
  outbox: Outbox,
  inspect: typeof Deno.inspect,
): Log {
  const at = (level: string) =>
  (
    text: string,
    properties: Record<string, unknown> = {},
  ) => {
    const short = String(text).slice(0, MOST_RECORD / 4).toWellFormed();
    try {
      const frame = [FROM_GUEST.log, level, short, { ...properties }] as const;
      outbox.add(frame, MOST_RECORD);
    } catch {
      // What has no form on the bridge, or is too long, is told in words.
      const shown = Object.entries(properties).map(([key, value]) => [
        key.slice(0, 256).toWellFormed(),
        inspect(value, { colors: false }).slice(0, 1024).toWellFormed(),
      ]);
      const few = Object.fromEntries(shown.slice(0, 6));
      outbox.add([FROM_GUEST.log, level, short, few]);
    }
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}
