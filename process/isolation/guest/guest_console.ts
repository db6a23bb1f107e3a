import type { Log } from "@caryatid/sdk";

type Level = "debug" | "info" | "warn" | "error";

/** A console whose lines go to the host's log: the guest's standard output isn't its own. */
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
