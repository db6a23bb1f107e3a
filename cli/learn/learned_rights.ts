import type { PermissionRequest } from "@caryatid/sdk";
import { filePath, fileUrl } from "@caryatid/process/internal/platform";
import { grantCovers } from "@caryatid/process/internal/rights";
import { isIsolated, type Part } from "../inspection/inspection.ts";
import type { CheckedConfig } from "../review/checked_config.ts";
import type { Use } from "./audit.ts";
import type { CodeOwners } from "./code_owners.ts";
import { TOPIC_RIGHTS, type TopicUse } from "./topic_use.ts";
import type { Watched } from "./watched_run.ts";

/** Permissions of Deno that a section can grant. */
export const KINDS = ["net", "read", "write", "env"] as const;

/** Keys of `[module.<id>.permissions]`. */
export type Right = typeof KINDS[number] | typeof TOPIC_RIGHTS[number];

/** Rights of one module or isolated bus, with remarks for the user. */
export interface ModuleRights {
  readonly kind: Part["kind"];
  readonly id: string;
  readonly lists: Readonly<Partial<Record<Right, readonly string[]>>>;
  readonly remarks: readonly string[];
}

/** Result of a run. */
export interface Learned {
  readonly modules: readonly ModuleRights[];
  /** Uses without a known owner, each with the reason. */
  readonly unattributed: readonly string[];
}

type Kind = typeof KINDS[number];

/** Attributes the uses of a run to modules. Paths become absolute. */
export function learnedRights(
  { parts }: CheckedConfig,
  { uses, guests, topics }: Watched,
  owners: CodeOwners,
): Learned {
  const used = usesOfGuests(guests, owners);
  const unknown: { readonly use: Use; readonly why: string }[] = [];
  for (const one of uses) {
    const use = { ...one, value: absolute(one.kind, one.value) };
    const owner = owners.ownerOf(use);
    if (owner === "process") continue;
    const users = "unknown" in owner ? askersOf(use, parts) : [owner];
    for (const user of users) {
      const own = used.get(user);
      if (own === undefined) used.set(user, [use]);
      else own.push(use);
    }
    if (users.length > 0 || !("unknown" in owner)) continue;
    unknown.push({ use, why: owner.unknown });
  }
  const all = [...used.values()].flat();
  const unattributed = unknown.filter(({ use }) =>
    // A request may appear twice, with its owner and once more from the
    // background.
    !all.some(({ kind, value }) => kind === use.kind && value === use.value)
  );
  return {
    modules: parts.filter((part) => part.kind === "module" || isIsolated(part))
      .map((part) => {
        const own = part.kind === "module" ? part.config.id : undefined;
        const onBus = own === undefined ? undefined : topics?.get(own);
        return rightsOf(part, used.get(part) ?? [], onBus);
      }),
    unattributed: [
      ...new Set(
        unattributed.map(({ use, why }) => `${formatUse(use)}: ${why}`),
      ),
      ...topics ? [] : ["topics: the run ended before its monitor wrote"],
    ],
  };
}

/**
 * Every use in the process of a guest belongs to the guest, except those of
 * Caryatid.
 */
function usesOfGuests(
  guests: Watched["guests"],
  owners: CodeOwners,
): Map<Part, Use[]> {
  const isOwn = (use: Use) => owners.ownerOf(use) !== "process";
  return new Map(
    [...guests].map(([part, uses]) => [
      part,
      uses.filter(isOwn).map((use) => ({
        ...use,
        value: absolute(use.kind, use.value),
      })),
    ]),
  );
}

/**
 * Returns the permissions that a module requests, since it does not run without
 * them, and those that it used in addition: a run with the result works, and
 * its author sees what the declaration lacks.
 */
function rightsOf(
  { kind: what, config: { id }, inspection: { permissions } }: Part,
  uses: readonly Use[],
  topics: TopicUse | undefined,
): ModuleRights {
  const lists: Partial<Record<Right, readonly string[]>> = {};
  const remarks: string[] = [];
  for (const kind of KINDS) {
    const asked = askedOf(permissions, kind);
    const values = new Set(valuesOf(uses, kind));
    const more = [...values].filter((value) =>
      !asked.some((wide) => grantCovers(kind, wide, value))
    );
    for (const one of asked) {
      if ([...values].some((value) => grantCovers(kind, one, value))) continue;
      remarks.push(`${kind} ${one}: asked for, and not used in this run`);
    }
    if (asked.length + more.length > 0) lists[kind] = [...asked, ...more];
  }
  for (const use of uses) {
    if (!isGrantable(use)) remarks.push(`${formatUse(use)}: ${adviceOn(use)}`);
  }
  for (const right of topics ? TOPIC_RIGHTS : []) {
    lists[right] = topics![right].toSorted();
  }
  return { kind: what, id, lists, remarks: [...new Set(remarks)] };
}

/**
 * Without a known owner a use belongs to the modules that request it, which
 * have the permission in any case.
 */
function askersOf({ kind, value }: Use, parts: readonly Part[]): Part[] {
  const known = KINDS.find((one) => one === kind);
  if (known === undefined || value === undefined) return [];
  return parts.filter(({ inspection }) =>
    askedOf(inspection.permissions, known).some((wide) =>
      grantCovers(known, wide, value)
    )
  );
}

function askedOf(
  permissions: PermissionRequest,
  kind: Kind,
): string[] {
  return (permissions[kind] ?? []).map((value) => absolute(kind, value)!);
}

function valuesOf(uses: readonly Use[], kind: Kind): string[] {
  return uses.filter((use) => use.kind === kind && isGrantable(use))
    .map(({ value }) => value!);
}

/** Deno puts placeholders between angle brackets: `<TMP>`. */
function isGrantable({ kind, value }: Use): boolean {
  return (KINDS as readonly string[]).includes(kind) &&
    value !== undefined && !/^<.*>$/.test(value);
}

function adviceOn({ kind, value }: Use): string {
  if (kind === "env") return "name the variables that it needs";
  if (value === "<TMP>") return "name a folder for temporary files";
  return (KINDS as readonly string[]).includes(kind)
    ? "it has no name to be granted by"
    : `a section cannot grant this; caryatid run --allow-${kind} can`;
}

function formatUse({ kind, value }: Use): string {
  return `${kind} ${value ?? "(all)"}`;
}

/** Relative paths are relative to the current folder, where the run started. */
function absolute(kind: string, value: string | undefined): string | undefined {
  const isPath = (kind === "read" || kind === "write") &&
    value !== undefined && !/^<.*>$/.test(value);
  return isPath ? filePath(fileUrl(value)) : value;
}
