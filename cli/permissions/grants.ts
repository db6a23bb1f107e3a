import type { RelayAddress } from "@caryatid/process/internal/isolation";
import type { ModuleGrants } from "@caryatid/process/internal/config";
import { filePath } from "@caryatid/process/internal/platform";
import {
  DENO_KINDS,
  grantsOfModule,
  needlessGrants,
  relayGrants,
} from "@caryatid/process/internal/rights";
import { type Part, partName } from "../inspection/inspection.ts";
import { importHost } from "../project/import_hosts.ts";
import type { CheckedConfig } from "../review/checked_config.ts";

/** Permission that `--allow-<kind>` grants. */
export type GrantKind = "env" | "import" | "net" | "read" | "run" | "write";

/** A permission of a process, with its owner and reason. */
export interface Grant {
  /** `module.clock`, `message-bus.external` or `process`. */
  readonly who: string;
  readonly kind: GrantKind;
  readonly value: string;
  readonly why: string;
  /**
   * Guest that uses the grant. A process that starts a guest in another process
   * does not need the grant.
   */
  readonly holder?: "worker" | "process";
}

/** Returns the grants that a configuration needs, and no others. */
export function grantsOf(checked: CheckedConfig): Grant[] {
  return [
    ...checked.files.flatMap(fileGrants),
    {
      who: "process",
      kind: "env",
      value: `${checked.config.envPrefix}_*`,
      why: "variables override the configuration",
    },
    ...monitorGrants(checked),
    ...checked.parts.flatMap((part) => [
      ...sourceGrants(part),
      ...ownGrants(part),
    ]),
  ];
}

/**
 * Returns flags that workers need in addition to permissions: without this one,
 * Deno exits when a worker starts.
 */
export function isolationFlags(checked: CheckedConfig): string[] {
  return hasWorkers(checked) ? ["--unstable-worker-options"] : [];
}

/**
 * Returns `--cached-only` if a guest is a worker: guests may not download, and
 * a worker shares that setting with its process.
 */
export function cachedFlags(checked: CheckedConfig): string[] {
  return hasWorkers(checked) ? ["--cached-only"] : [];
}

/**
 * Returns the grants to start the processes of guests: a connection to the
 * relay, else the right to run Deno.
 */
export function startGrants(
  { parts }: CheckedConfig,
  relay: RelayAddress | undefined,
): Grant[] {
  if (relay) {
    const why = "the relay that starts processes of modules listens there";
    return relayGrants(relay).map((one) => ({ who: "process", ...one, why }));
  }
  return parts.filter(({ config }) => config.isolation === "process")
    .map((part) => ({
      who: partName(part),
      kind: "run",
      value: Deno.execPath(),
      why: "its process is started",
    }));
}

function hasWorkers({ parts }: CheckedConfig): boolean {
  return parts.some(({ config }) => config.isolation === "worker");
}

/** A `data:` URL needs no permission. */
function fileGrants(url: URL): Grant[] {
  const [who, why] = ["process", "configuration"];
  if (url.protocol === "data:") return [];
  return url.protocol === "file:"
    ? [{ who, kind: "read", value: filePath(url), why }]
    : [{ who, kind: "net", value: importHost(url.href)!, why }];
}

/** A snapshot is written to a temporary file next to its output first. */
function monitorGrants({ config: { monitor } }: CheckedConfig): Grant[] {
  if (monitor?.output === undefined) return [];
  const paths = [monitor.output, `${monitor.output}.tmp`];
  return (["read", "write"] as const).flatMap((kind) =>
    paths.map((value) => ({
      who: "process",
      kind,
      value,
      why: "[monitor] output",
    }))
  );
}

/**
 * Deno checks the hosts of imported code, but not the files that a program
 * imports literally.
 */
function sourceGrants(part: Part): Grant[] {
  const { specifier, inspection: { resolved } } = part;
  const hosts = new Set(
    [specifier, resolved].flatMap((one) => importHost(one) ?? []),
  );
  return [...hosts].map((value) => ({
    who: partName(part),
    kind: "import",
    value,
    why: "its code",
  }));
}

/**
 * The grants in the file count if it has to grant, else the requests of the
 * code.
 */
function ownGrants(part: Part): Grant[] {
  const granted = grantsOfModule(part.config);
  if (granted) return configuredGrants(part, granted);
  const requested = part.inspection.permissions;
  return DENO_KINDS.flatMap((kind) =>
    (requested[kind] ?? []).map((value) => ({
      who: partName(part),
      kind,
      value,
      why: "it asks for it",
    }))
  );
}

function configuredGrants(part: Part, granted: ModuleGrants): Grant[] {
  const { config: { isolation }, inspection } = part;
  const needless = needlessGrants(granted, inspection.permissions);
  const isNeedless = (kind: GrantKind, value: string) =>
    needless.some((one) => one.kind === kind && one.value === value);
  return DENO_KINDS.flatMap((kind) =>
    (granted[kind] ?? []).map((value): Grant => ({
      who: partName(part),
      kind,
      value,
      why: isNeedless(kind, value)
        ? "granted, though it does not ask for it"
        : "it asks for it, and it is granted",
      ...isolation !== "none" && { holder: isolation },
    }))
  );
}
