import {
  patternCovers,
  type PermissionRequest,
  type Topics,
} from "@caryatid/sdk";
import type { ModuleConfig, ModuleGrants } from "../config/process_config.ts";
import { netCovers, parseNet } from "./grants_net.ts";
import { absolutePath, pathCovers } from "./grants_paths.ts";

/** What Deno grants. */
export type DenoKind = "net" | "read" | "write" | "env";
/** What the host of a module grants. */
export type TopicKind = "publish" | "subscribe" | "request" | "handle";
/** All that `[module.<id>.permissions]` may have. */
export type GrantKind = DenoKind | TopicKind;

/** See {@linkcode DenoKind}. */
export const DENO_KINDS: readonly DenoKind[] = ["net", "read", "write", "env"];
/** See {@linkcode TopicKind}. */
export const TOPIC_KINDS: readonly TopicKind[] = [
  "publish",
  "subscribe",
  "request",
  "handle",
];

/** What a module asks for; a kind that it says nothing about is undefined. Relative paths start at the current folder. */
export type Asked = { readonly [kind in GrantKind]?: readonly string[] };

/** What a module asks for, and the topics that it declares: then a kind that the declaration lacks is none. */
export function askedOf(
  { net = [], read = [], write = [], env = [] }: PermissionRequest,
  topics: Topics | undefined,
): Asked {
  const asked = { net, read, write, env };
  if (topics === undefined) return asked;
  const { publish = [], subscribe = [], request = [], handle = [] } = topics;
  return { ...asked, publish, subscribe, request, handle };
}

/** One thing that is asked for, or granted. */
export interface Wish {
  readonly kind: GrantKind;
  readonly value: string;
}

/** Grants that grant nothing: what an isolated module has of which no file says anything. */
const NOTHING: ModuleGrants = {
  net: undefined,
  read: undefined,
  write: undefined,
  env: undefined,
  publish: undefined,
  subscribe: undefined,
  request: undefined,
  handle: undefined,
};

/** What a module is held to; undefined where nothing holds it: it isn't isolated, and no file grants it anything. */
export function grantsOfModule(
  { isolation, permissions }: Pick<ModuleConfig, "isolation" | "permissions">,
): ModuleGrants | undefined {
  return permissions ?? (isolation === "none" ? undefined : NOTHING);
}

/** Says whether who is granted `wide` has `narrow`, too. What can't be read as its kind isn't covered by anything. */
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
  if (kind === "env") return envCovers(wide, narrow);
  return patternCovers(wide, narrow);
}

/**
 * What is asked for and isn't granted.
 *
 * Topics count only where there is a list of them, or the module is isolated: else their kind isn't restricted.
 */
export function missingGrants(
  granted: ModuleGrants,
  asked: Asked,
  isIsolated: boolean,
): Wish[] {
  const kinds = TOPIC_KINDS.filter((kind) => isIsolated || granted[kind]);
  return uncovered([...DENO_KINDS, ...kinds], asked, granted);
}

/** What is granted and takes in nothing of what is asked for. A module that says nothing of its topics may use any. */
export function needlessGrants(granted: ModuleGrants, asked: Asked): Wish[] {
  const kinds = TOPIC_KINDS.filter((kind) => asked[kind]);
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

function envCovers(wide: string, narrow: string): boolean {
  return wide === narrow ||
    wide.endsWith("*") && narrow.startsWith(wide.slice(0, -1));
}
