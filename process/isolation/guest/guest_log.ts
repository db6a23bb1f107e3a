import type { Log } from "@caryatid/sdk";
import { FROM_GUEST } from "../wire/frames.ts";
import type { Outbox } from "../wire/outbox.ts";

/** Maximum size of an encoded record, in bytes. */
const MOST_RECORD = 8 * 1024;

/** Returns the log of a guest. The host writes its records. */
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
      // Values that the bridge cannot encode, or that are too long, are sent as
      // text.
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

type Level = "debug" | "info" | "warn" | "error";

/**
 * Returns a console that writes to the host's log, because the standard output
 * does not belong to the guest.
 */
export function guestConsole(log: Log, inspect: typeof Deno.inspect): object {
  const at = (level: Level) => (...values: unknown[]) =>
    log[level]("{line}", {
      line: values.map((value) =>
        typeof value === "string" ? value : inspect(value, { colors: false })
      ).join(" "),
    });
  const nothing = () => {};
  const own: Record<string, (...values: unknown[]) => void> = {
    debug: at("debug"),
    trace: at("debug"),
    log: at("info"),
    info: at("info"),
    dir: at("info"),
    table: at("info"),
    warn: at("warn"),
    error: at("error"),
    assert: (holds, ...values) => holds || at("error")(...values),
  };
  return new Proxy(own, {
    get: (target, name) =>
      typeof name === "string" ? target[name] ?? nothing : undefined,
  });
}
