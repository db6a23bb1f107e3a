import { CaryatidError } from "@caryatid/sdk";
import type { ModuleGrants } from "../config/process_config.ts";
import { quote } from "../config/format.ts";
import { DENO_KINDS } from "./grants.ts";

/**
 * Returns the permissions of a worker: the granted values as lists, and nothing
 * else. Never `true`, which would grant all permissions of the host.
 *
 * A worker prompts at the terminal for other permissions if its host may, so
 * the host must run with `--no-prompt`.
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
 * Returns the flags of a guest process: the granted values as lists, and
 * nothing else. An empty list gives no flag: `--allow-net=` would grant
 * everything.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for a value that a flag cannot
 * express
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
 * Returns the text after `--allow-<kind>=`. Deno 2.9 splits it at each comma,
 * without an escape: `/a,b` would grant `/a` and `b`.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for a value with a comma
 */
export function flagValues(kind: string, values: readonly string[]): string {
  const bad = values.find((value) => value.includes(","));
  if (bad === undefined) return values.join(",");
  throw new CaryatidError(
    "INVALID_OPTION",
    `Cannot grant ${kind} of ${quote(bad)}: found a comma, which a flag of ` +
      "Deno cannot contain; expected a name without one",
    { hint: "Give the file or folder another name." },
  );
}

function listed(values: readonly string[] | undefined): string[] | false {
  const some = (values ?? []).filter((value) => value !== "");
  return some.length === 0 ? false : some;
}
