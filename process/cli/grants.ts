import type { ModuleGrants } from "../config/process_config.ts";
import {
  DENO_KINDS,
  grantsOfModule,
  needlessGrants,
} from "../isolation/grants.ts";
import {
  type RelayAddress,
  relayGrants,
} from "../isolation/relay/relay_address.ts";
import { filePath } from "./file_urls.ts";
import { importHost } from "./import_hosts.ts";
import type { Part, Subject } from "./subject.ts";

/** What Deno is asked to allow by `--allow-<kind>`. */
export type GrantKind = "env" | "import" | "net" | "read" | "run" | "write";

/** Something that a process may do, who wants it, and why. */
export interface Grant {
  /** `module.clock`, `message-bus.external`, or `process`. */
  readonly who: string;
  readonly kind: GrantKind;
  readonly value: string;
  readonly why: string;
  /** Who has it in the end. What a guest in a process of its own has, the process that starts it doesn't need. */
  readonly holder?: "worker" | "process";
}

/** All that a configuration needs, and nothing else. */
export function grantsOf(subject: Subject): Grant[] {
  return [
    ...subject.files.map(fileGrant),
    {
      who: "process",
      kind: "env",
      value: "CARYATID_*",
      why: "variables override the configuration",
    },
    ...monitorGrants(subject),
    ...subject.parts.flatMap((part) => [
      ...sourceGrants(part),
      ...ownGrants(part),
    ]),
  ];
}

/** Flags of Deno that the isolation of modules needs, besides permissions: without this one it ends where a worker begins. */
export function isolationFlags(subject: Subject): string[] {
  return hasWorkers(subject) ? ["--unstable-worker-options"] : [];
}

/** What Deno is told where guests run that may download nothing: a worker shares that with its process. */
export function cachedFlags(subject: Subject): string[] {
  return hasWorkers(subject) ? ["--cached-only"] : [];
}

function hasWorkers({ parts }: Subject): boolean {
  return parts.some(({ config }) => config.isolation === "worker");
}

function fileGrant(url: URL): Grant {
  const why = "configuration";
  return url.protocol === "file:"
    ? { who: "process", kind: "read", value: filePath(url), why }
    : { who: "process", kind: "net", value: importHost(url.href)!, why };
}

/** A snapshot is written beside its file first. */
function monitorGrants({ config: { monitor } }: Subject): Grant[] {
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

/** Deno asks for the hosts that code comes from; for files that a program imports, it doesn't. */
function sourceGrants({ kind, config, specifier, inspection }: Part): Grant[] {
  const who = `${kind}.${config.id}`;
  const hosts = new Set([specifier, inspection.resolved].map(importHost));
  return [...hosts].flatMap((host) =>
    host === undefined
      ? []
      : [{ who, kind: "import", value: host, why: "its code" }]
  );
}

/** What its file grants counts, where one has to; else what it asks for. */
function ownGrants(part: Part): Grant[] {
  const granted = grantsOfModule(part.config);
  if (granted) return grantedTo(part, granted);
  const who = `${part.kind}.${part.config.id}`;
  const asked = part.inspection.permissions;
  return DENO_KINDS.flatMap((kind) =>
    (asked[kind] ?? []).map((value) => ({
      who,
      kind,
      value,
      why: "it asks for it",
    }))
  );
}

function grantedTo(
  { kind: what, config: { id, isolation }, inspection }: Part,
  granted: ModuleGrants,
): Grant[] {
  const who = `${what}.${id}`;
  const needless = needlessGrants(granted, inspection.permissions);
  const isNeedless = (kind: GrantKind, value: string) =>
    needless.some((one) => one.kind === kind && one.value === value);
  return DENO_KINDS.flatMap((kind) =>
    (granted[kind] ?? []).map((value): Grant => ({
      who,
      kind,
      value,
      why: isNeedless(kind, value)
        ? "granted, though it doesn't ask for it"
        : "it asks for it, and it is granted",
      ...isolation !== "none" && { holder: isolation },
    }))
  );
}

/** What starting the processes of modules takes: where somebody else does it, a way to tell them; else Deno itself. */
export function startGrants(
  { parts }: Subject,
  relay: RelayAddress | undefined,
): Grant[] {
  if (relay) {
    const why = "who starts processes of modules hears there";
    return relayGrants(relay).map((one) => ({ who: "process", ...one, why }));
  }
  return parts.filter(({ config }) => config.isolation === "process")
    .map(({ kind, config: { id } }) => ({
      who: `${kind}.${id}`,
      kind: "run",
      value: Deno.execPath(),
      why: "its process is started",
    }));
}
