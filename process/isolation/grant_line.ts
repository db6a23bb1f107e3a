import { formatPlace } from "../config/config_error.ts";
import type { ModuleConfig, Place } from "../config/process_config.ts";
import { dottedKey } from "../config/shown.ts";
import type { GrantKind } from "./grants.ts";

/**
 * Says what to write so that something is granted: the line of TOML, and where.
 *
 * @param place where the list stands, or the table that lacks it; left out where the error itself tells it
 */
export function grantLine(
  { id, permissions }: Pick<ModuleConfig, "id" | "permissions">,
  kind: GrantKind,
  values: readonly string[],
  place?: Place,
): string {
  const table = `[${dottedKey(["module", id, "permissions"])}]`;
  const items = values.map((value) => JSON.stringify(value)).join(", ");
  const where = place === undefined ? "" : ` in ${lineOf(place)}`;
  if (permissions?.[kind]) return `add ${items} to ${kind} of ${table}${where}`;
  const line = `${kind} = [${items}]`;
  return permissions
    ? `add ${line} to ${table}${where}`
    : `add ${table} with ${line}${where}`;
}

function lineOf({ source, line }: Place): string {
  return formatPlace({ source, line, column: undefined });
}
