import { flagValues } from "@caryatid/process/internal/rights";
import { importFlag } from "../project/import_hosts.ts";
import type { Grant, GrantKind } from "./grants.ts";

const KINDS: readonly GrantKind[] = ["net", "read", "write", "env", "run"];

/**
 * Returns the fewest flags that allow these grants, except those of guests in
 * separate processes. `more` are flags of the command line: one without a
 * value allows everything of its kind. `only` are the only hosts that code may
 * come from.
 *
 * @throws {CaryatidError} `INVALID_OPTION` for a path with a comma
 */
export function permissionFlags(
  grants: readonly Grant[],
  more: readonly string[] = [],
  only?: readonly string[],
): string[] {
  const given = more.map((flag) => {
    const [, kind, value] = flag.match(/^--allow-(\w+)(?:=(.*))?$/s)!;
    return { kind: kind!, value };
  });
  const needed = grants.filter(({ holder }) => holder !== "process");
  const valuesOf = (kind: string) =>
    needed.filter((grant) => grant.kind === kind).map(({ value }) => value);
  const flags = [...KINDS, "sys", "ffi"].flatMap((kind) => {
    const same = given.filter((one) => one.kind === kind);
    if (same.some(({ value }) => value === undefined)) {
      return [`--allow-${kind}`];
    }
    const values = new Set([
      ...valuesOf(kind),
      ...same.flatMap(({ value }) => value!.split(",")),
    ]);
    return values.size === 0
      ? []
      : [`--allow-${kind}=${flagValues(kind, [...values])}`];
  });
  const importFlags = importFlag({
    hosts: valuesOf("import"),
    more: given.filter(({ kind }) => kind === "import")
      .flatMap(({ value }) => value?.split(",") ?? ""),
    only,
  });
  return [...flags, ...importFlags];
}
