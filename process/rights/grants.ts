import {
  CaryatidError,
  patternCovers,
  type PermissionRequest,
  type Topics,
} from "@caryatid/sdk";
import type { ModuleConfig, ModuleGrants } from "../config/process_config.ts";
import {
  absolutePath,
  netCovers,
  parseNet,
  pathCovers,
} from "../config/grant_covers.ts";

/** Kinds of permissions that Deno grants. */
export type DenoKind = "net" | "read" | "write" | "env";
/** Kinds of topic rights, which the host of a module grants. */
export type TopicKind = "publish" | "subscribe" | "request" | "handle";
/** Kinds of rights that the host of a module grants. */
export type BusKind = TopicKind | "groups";
/** Keys of `[module.<id>.permissions]`. */
export type GrantKind = DenoKind | BusKind;

/** All kinds of {@linkcode DenoKind}. */
export const DENO_KINDS: readonly DenoKind[] = ["net", "read", "write", "env"];
/** All kinds of {@linkcode TopicKind}. */
export const TOPIC_KINDS: readonly TopicKind[] = [
  "publish",
  "subscribe",
  "request",
  "handle",
];
/** All kinds of {@linkcode BusKind}. */
export const BUS_KINDS: readonly BusKind[] = [...TOPIC_KINDS, "groups"];

/** Maximum number of values of one kind. */
const MAX_VALUES = 1_000;

/**
 * Grants that a module asks for. A kind that it does not mention is undefined.
 * Relative paths start at the current folder.
 */
export type Asked = { readonly [kind in GrantKind]?: readonly string[] };

/**
 * Returns the permissions that a module or bus asks for with this section.
 *
 * @throws {CaryatidError} `WRONG_EXPORT` unless each kind is a list of
 * non-empty texts: an empty text would grant everything
 */
export function askedPermissions(
  permissions: unknown,
  section: unknown,
): PermissionRequest {
  const asked: unknown = typeof permissions === "function"
    ? permissions(section)
    : permissions;
  const request: Record<string, readonly string[]> = {};
  for (const [kind, values] of Object.entries(asked ?? {})) {
    if (!(DENO_KINDS as readonly string[]).includes(kind)) {
      throw wrongPermissions(
        kind,
        `found an unknown kind; expected ${DENO_KINDS.join(", ")}`,
      );
    }
    if (!Array.isArray(values) || values.length > MAX_VALUES) {
      throw wrongPermissions(kind, "expected an array of texts");
    }
    for (const value of values) check(kind, value);
    if (values.length > 0) request[kind] = [...values];
  }
  return request;
}

/**
 * Returns the permissions, and the declared topics and groups of a module. A
 * list that the declaration lacks is empty.
 */
export function askedOf(
  { net = [], read = [], write = [], env = [] }: PermissionRequest,
  topics: Topics | undefined,
): Asked {
  const asked = { net, read, write, env };
  if (topics === undefined) return asked;
  const lists = Object.fromEntries(
    BUS_KINDS.map((kind) => [kind, topics[kind] ?? []]),
  );
  return { ...asked, ...lists };
}

/** One value that is asked for, or granted. */
export interface Wish {
  readonly kind: GrantKind;
  readonly value: string;
}

/** Grants of an isolated module without a `permissions` table: none. */
const NOTHING: ModuleGrants = {
  net: undefined,
  read: undefined,
  write: undefined,
  env: undefined,
  publish: undefined,
  subscribe: undefined,
  request: undefined,
  handle: undefined,
  groups: undefined,
};

/**
 * Returns the grants of a module; undefined if it is unrestricted: it is not
 * isolated and has no `permissions` table.
 */
export function grantsOfModule(
  { isolation, permissions }: Pick<ModuleConfig, "isolation" | "permissions">,
): ModuleGrants | undefined {
  return permissions ?? (isolation === "none" ? undefined : NOTHING);
}

/**
 * Returns true if the grant `wide` includes `narrow`. A value that is invalid
 * for its kind is included in nothing.
 */
export function grantCovers(
  kind: GrantKind,
  wide: string,
  narrow: string,
): boolean {
  if (kind === "net") {
    const [target, other] = [parseNet(wide), parseNet(narrow)];
    return target !== undefined && other !== undefined &&
      netCovers(target, other);
  }
  if (kind === "read" || kind === "write") {
    return pathCovers(absolutePath(wide), absolutePath(narrow));
  }
  if (kind === "env" || kind === "groups") return nameCovers(wide, narrow);
  return patternCovers(wide, narrow);
}

/**
 * Returns true if a module may use only the granted topics or groups of a kind:
 * it is isolated, or has a list of the kind. A list of topics to subscribe to
 * restricts groups, too.
 */
export function isRestricted(
  kind: BusKind,
  granted: ModuleGrants,
  isIsolated: boolean,
): boolean {
  return isIsolated || granted[kind] !== undefined ||
    kind === "groups" && granted.subscribe !== undefined;
}

/** Returns the values that are asked for, restricted, and not granted. */
export function missingGrants(
  granted: ModuleGrants,
  asked: Asked,
  isIsolated: boolean,
): Wish[] {
  const kinds = BUS_KINDS.filter((kind) =>
    isRestricted(kind, granted, isIsolated)
  );
  return uncovered([...DENO_KINDS, ...kinds], asked, granted);
}

/**
 * Returns the grants that cover nothing that is asked for. A module that
 * declares no topics may use any topic.
 */
export function needlessGrants(granted: ModuleGrants, asked: Asked): Wish[] {
  const kinds = BUS_KINDS.filter((kind) => asked[kind]);
  return wishes([...DENO_KINDS, ...kinds], granted).filter(
    ({ kind, value }) =>
      !asked[kind]?.some((wish) => grantCovers(kind, value, wish)),
  );
}

function uncovered(
  kinds: readonly GrantKind[],
  asked: Asked | ModuleGrants,
  granted: ModuleGrants,
): Wish[] {
  return wishes(kinds, asked).filter(({ kind, value }) =>
    !granted[kind]?.some((wide) => grantCovers(kind, wide, value))
  );
}

function wishes(
  kinds: readonly GrantKind[],
  lists: Asked | ModuleGrants,
): Wish[] {
  return kinds.flatMap((kind) =>
    (lists[kind] ?? []).map((value) => ({ kind, value }))
  );
}

function nameCovers(wide: string, narrow: string): boolean {
  return wide === narrow ||
    wide.endsWith("*") && narrow.startsWith(wide.slice(0, -1));
}

function check(kind: string, value: unknown): void {
  const isPath = kind === "read" || kind === "write";
  const forbidden = isPath ? /[\p{Cc}]/u : /[\p{Cc}\s,]/u;
  if (typeof value === "string" && value !== "" && !forbidden.test(value)) {
    return;
  }
  const found = typeof value === "string" ? JSON.stringify(value) : value;
  throw wrongPermissions(kind, `found ${found}; expected a name`);
}

function wrongPermissions(kind: string, why: string): CaryatidError {
  return new CaryatidError(
    "WRONG_EXPORT",
    `Cannot use its permissions.${kind}: ${why}`,
    {
      hint: 'Write for example permissions: { net: ["api.example.com:443"] }.',
    },
  );
}
