import type { Grant, GrantKind } from "./grants.ts";
import { flagValues } from "../isolation/grants_deno.ts";
import { importFlag } from "./import_hosts.ts";

const KINDS: readonly GrantKind[] = ["net", "read", "write", "env", "run"];

/**
 * The fewest flags that allow all this, but for what only a process of its own is to have. `more` are flags that someone gave: one without a value allows all of its kind, others come
 * on top.
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
  const flags = KINDS.flatMap((kind) => {
    const own = needed.filter((grant) => grant.kind === kind)
      .map(({ value }) => value);
    return flag(kind, own, given);
  });
  for (const kind of ["sys", "ffi"]) flags.push(...flag(kind, [], given));
  return [...flags, ...imports(needed, given, only)];
}

type Given = readonly {
  readonly kind: string;
  readonly value: string | undefined;
}[];

function flag(kind: string, own: readonly string[], given: Given): string[] {
  const same = given.filter((one) => one.kind === kind);
  if (same.some(({ value }) => value === undefined)) return [`--allow-${kind}`];
  const values = new Set(own).union(
    new Set(same.flatMap(({ value }) => value!.split(","))),
  );
  if (values.size === 0) return [];
  return [`--allow-${kind}=${flagValues(kind, [...values])}`];
}

function imports(
  grants: readonly Grant[],
  given: Given,
  only: readonly string[] | undefined,
): string[] {
  const isImport = ({ kind }: { readonly kind: string }) => kind === "import";
  return importFlag({
    hosts: grants.filter(isImport).map(({ value }) => value),
    more: given.filter(isImport).flatMap(({ value }) =>
      value?.split(",") ?? ""
    ),
    only,
  });
}
