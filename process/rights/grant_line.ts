import { formatPlace } from "../config/config_error.ts";
import type { ModuleConfig, Place } from "../config/process_config.ts";
import { dottedKey } from "../config/format.ts";
import type { GrantKind } from "./grants.ts";

/**
 * Returns a hint that names the line of TOML which grants the values, and its
 * place.
 *
 * @param place of the list, or of the table that lacks it; omitted if the error
 * itself names it
 */
export function grantLine(
  { path, permissions }: Pick<ModuleConfig, "path" | "permissions">,
  kind: GrantKind,
  values: readonly string[],
  place?: Place,
): string {
  const table = `[${dottedKey([...path, "permissions"])}]`;
  const items = values.map((value) => JSON.stringify(value)).join(", ");
  const where = place === undefined ? "" : ` in ${lineOf(place)}`;
  if (permissions?.[kind]) {
    return `Add ${items} to ${kind} of ${table}${where}.`;
  }
  const line = `${kind} = [${items}]`;
  return permissions
    ? `Add ${line} to ${table}${where}.`
    : `Add ${table} with ${line}${where}.`;
}

function lineOf({ source, line }: Place): string {
  return formatPlace({ source, line, column: undefined });
}
