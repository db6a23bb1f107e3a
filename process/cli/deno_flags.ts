import type { Grant, GrantKind } from "./grants.ts";
import { importFlag } from "./import_hosts.ts";

const KINDS: readonly GrantKind[] = ["net", "read", "write", "env"];

/**
 * The fewest flags that allow all this. `more` are flags that someone gave: one without a value allows all of its kind, others come
 * on top.
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
  const flags = KINDS.flatMap((kind) => {
    const own = grants.filter((grant) => grant.kind === kind)
      .map(({ value }) => isPath(kind) ? escaped(value) : value);
    return flag(kind, own, given);
  });
  for (const kind of ["run", "sys", "ffi"]) {
    flags.push(...flag(kind, [], given));
  }
  return [...flags, ...imports(grants, given, only)];
}

type Given = readonly {
  readonly kind: string;
  readonly value: string | undefined;
}[];

function flag(kind: string, own: readonly string[], given: Given): string[] {
  const same = given.filter((one) => one.kind === kind);
  if (same.some(({ value }) => value === undefined)) return [`--allow-${kind}`];
  const values = [...own, ...same.map(({ value }) => value!)];
  if (values.length === 0) return [];
  return [`--allow-${kind}=${[...new Set(values)].join(",")}`];
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

function isPath(kind: GrantKind): boolean {
  return kind === "read" || kind === "write";
}

/** Deno takes a comma for the end of a path, two for one of its letters. */
function escaped(path: string): string {
  return path.replaceAll(",", ",,");
}
