import { CaryatidError } from "@caryatid/sdk";
import type { ModuleGrants } from "../config/process_config.ts";
import { quote } from "../config/shown.ts";
import { DENO_KINDS } from "./grants.ts";

/**
 * The permissions of a worker: what is granted, as lists, and nothing else. Never `true`, which would be all that the host has.
 *
 * A worker asks at the terminal for what it isn't granted where its host may: so the host must have been started with `--no-prompt`.
 */
export function workerPermissions(
  grants: ModuleGrants,
): Deno.PermissionOptionsObject {
  return {
    net: listed(grants.net),
    read: listed(grants.read),
    write: listed(grants.write),
    env: listed(grants.env),
    run: false,
    sys: false,
    ffi: false,
    import: false,
  };
}

/**
 * The flags of a process of its own: what is granted, as lists, and nothing else; an empty list gives no flag, since
 * `--allow-net=` would be all there is.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for a value that a flag can't have
 */
export function guestFlags(grants: ModuleGrants): string[] {
  const flags = DENO_KINDS.flatMap((kind) => {
    const values = (grants[kind] ?? []).filter((value) => value !== "");
    return values.length === 0
      ? []
      : [`--allow-${kind}=${flagValues(kind, values)}`];
  });
  return ["--no-prompt", ...flags];
}

/**
 * What follows `--allow-<kind>=`. Deno 2.9 ends a value at each comma, with no way to write one: `/a,b` would grant `/a`, and `b`.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for a value with a comma
 */
export function flagValues(kind: string, values: readonly string[]): string {
  const bad = values.find((value) => value.includes(","));
  if (bad === undefined) return values.join(",");
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot grant ${kind} of ${quote(bad)}: found a comma, which a flag of ` +
      "Deno's can't have, wanted a name without",
    { hint: "give the file or folder another name" },
  );
}

function listed(values: readonly string[] | undefined): string[] | false {
  const some = (values ?? []).filter((value) => value !== "");
  return some.length === 0 ? false : some;
}
