import { CaryatidError } from "@caryatid/sdk";
import {
  guestFiles,
  guestName,
  GuestRelay,
  type RelayOrder,
  type WatchedStart,
} from "@caryatid/process/internal/isolation";
import { filePath, PACKAGE_FOLDER } from "@caryatid/process/internal/platform";
import { grantsOfModule } from "@caryatid/process/internal/rights";
import { CodeGraph } from "../deno/code_graph.ts";
import { isIsolated, type Part, partName } from "../inspection/inspection.ts";
import { cacheCode } from "../inspection/prefetch.ts";
import { cachedFlags, type Grant } from "../permissions/grants.ts";
import { LockCopy } from "../project/lock_copy.ts";
import { projectFlags } from "../project/project.ts";
import {
  type CheckedConfig,
  type CheckOptions,
  sourceFlags,
} from "../review/checked_config.ts";
import { importHosts, withoutReload } from "./deno_args.ts";
import type { RunOptions } from "./run_options.ts";
import { runnerSpecifier } from "./run_program.ts";

/**
 * Downloads everything that guests import by literal specifiers. Guests
 * themselves may not download: a download sends data to its host. That
 * applies to the whole process if a guest is a worker, so all code of the
 * process is downloaded then.
 *
 * @throws {CaryatidError} `LOAD_FAILED` if code is unavailable
 */
export async function fetchGuestCode(
  checked: CheckedConfig,
  options: CheckOptions,
): Promise<void> {
  const { flags = [] } = options;
  const guests = checked.parts.filter(isIsolated);
  if (guests.length === 0 || flags.includes("--cached-only")) return;
  const parts = cachedFlags(checked).length > 0 ? checked.parts : guests;
  const specifiers = [
    ...new Set([
      ...guestFiles(),
      runnerSpecifier(),
      ...parts.flatMap(({ specifier }) => specifier ?? []),
    ]),
  ];
  const { project, config } = checked;
  using lock = LockCopy.of(project, flags);
  const own = { ...options, flags: withoutReload(flags) };
  const fault = await cacheCode(specifiers, {
    ...own,
    project,
    flags: sourceFlags(config, specifiers, lock, own),
  });
  if (fault === undefined) return;
  const { reason, hint } = fault;
  const message = `Cannot download what isolated modules import: ${reason}`;
  throw new CaryatidError("LOAD_FAILED", message, { hint });
}

/**
 * Opens a relay that starts the processes of isolated modules and buses, seals
 * the code of workers, and does nothing else: so the process that runs the
 * other modules does not need the right to start Deno, which would be every
 * right. Returns undefined if no part is isolated, or on Windows, which lacks
 * Unix sockets.
 */
export function openRelay(
  checked: CheckedConfig,
  options: Pick<RunOptions, "allowAll" | "flags" | "grants"> & {
    /**
     * Starts the guest with this name so that its use of permissions is
     * recorded.
     */
    readonly watched?: (name: string) => WatchedStart;
  } = {},
): GuestRelay | undefined {
  const { flags = [], watched } = options;
  const orders = relayOrders(checked, options).map((order) => ({
    ...order,
    watched: watched && (() => watched(guestName(order))),
  }));
  if (orders.length === 0 || Deno.build.os === "windows") return undefined;
  return new GuestRelay({
    orders,
    projectFlags: [
      ...projectFlags(checked.project),
      "--cached-only",
      ...flags.filter((flag) => flag === "--frozen"),
    ],
  });
}

/** Returns the guests that a relay may serve for a configuration. */
export function relayOrders(
  checked: CheckedConfig,
  options: Pick<RunOptions, "allowAll" | "grants"> = {},
): RelayOrder[] {
  const hosts = [...checked.config.importHosts ?? [], ...importHosts(options)]
    // all hosts: only for modules without isolation
    .filter((host) => host !== "");
  const traced = checked.config.tracing !== undefined;
  return checked.parts.flatMap(orderOf)
    .map((order) => ({ ...order, importHosts: hosts, traced }));
}

function orderOf({ kind, config, specifier }: Part): RelayOrder[] {
  if (specifier === undefined) return [];
  const { id, isolation, jail, integrity, limits: { memory }, ...rest } =
    config;
  if (isolation === "none") return [];
  const grants = grantsOfModule({ isolation, ...rest })!;
  const inWorker = isolation === "worker";
  return [{ kind, id, specifier, integrity, grants, memory, jail, inWorker }];
}

/**
 * Returns the grants by which a process can start its workers: Deno lets a
 * worker import local files only if its process may read them, though the
 * worker itself may not. They cover the imported files, and the folders of
 * Caryatid itself.
 *
 * @throws {CaryatidError} `LOAD_FAILED` if `deno info` fails
 */
export async function workerSources(
  checked: CheckedConfig,
  options: Pick<CheckOptions, "flags" | "allowImport">,
): Promise<Grant[]> {
  const workers = checked.parts.filter(({ config }) =>
    config.isolation === "worker"
  );
  if (workers.length === 0) return [];
  const specifiers = workers.flatMap(({ specifier }) => specifier ?? []);
  const { project, config } = checked;
  using lock = LockCopy.of(project, options.flags);
  const graph = await CodeGraph.of(specifiers, [
    ...projectFlags(project),
    ...sourceFlags(config, specifiers, lock, options),
  ]);
  const own = ownFolders();
  const files = workers.flatMap((part) =>
    part.specifier === undefined ? [] : localFiles(graph, part.specifier)
      .filter((url) => !own.some((folder) => url.startsWith(folder)))
      .map((url) => readGrant(partName(part), url, "its code"))
  );
  return [
    ...own.map((url) => readGrant("process", url, "its code, for workers")),
    ...files,
  ];
}

/**
 * Excludes npm packages, which are folders: Deno needs no permission to import
 * them.
 */
function localFiles(graph: CodeGraph, specifier: string): string[] {
  return graph.closure(specifier).filter((url) =>
    url.startsWith("file:") && !url.endsWith("/")
  );
}

/** Returns the local folders of Caryatid; none if it comes from a registry. */
function ownFolders(): string[] {
  // In a registry, the name of the SDK cannot be resolved.
  if (!import.meta.url.startsWith("file:")) return [];
  return [
    new URL(PACKAGE_FOLDER),
    new URL(".", import.meta.resolve("@caryatid/sdk")),
  ].map(({ href }) => href);
}

function readGrant(who: string, url: string, why: string): Grant {
  return { who, kind: "read", value: filePath(new URL(url)), why };
}
