import type { ModuleConfig, ModuleGrants } from "../config/process_config.ts";
import {
  DENO_KINDS,
  grantsOfModule,
  needlessGrants,
} from "../isolation/grants.ts";
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
export function isolationFlags({ config: { modules } }: Subject): string[] {
  return modules.some(({ isolation }) => isolation === "worker")
    ? ["--unstable-worker-options"]
    : [];
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
  if (part.kind === "module") {
    const module = part.config as ModuleConfig;
    const granted = grantsOfModule(module);
    if (granted) return moduleGrants(part, module, granted);
  }
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

/** Deno asks for the files that a worker's code is in, those of this package too, where it is a checkout; for its guest none counts. */
function workerCode({ specifier, inspection }: Part, who: string): Grant[] {
  const files = [
    specifier,
    inspection.resolved,
    import.meta.resolve("../mod.ts"),
  ]
    .filter((url) => url?.startsWith("file:"));
  const folders = new Set(files.map((url) => filePath(new URL(".", url))));
  if (import.meta.url.startsWith("file:")) {
    folders.add(filePath(new URL("../../sdk/", import.meta.url)));
  }
  return [...folders].map((value) => ({
    who,
    kind: "read",
    value,
    why: "its code is loaded into a worker",
  }));
}

function moduleGrants(
  part: Part,
  { id, isolation }: ModuleConfig,
  granted: ModuleGrants,
): Grant[] {
  const who = `module.${id}`;
  const { inspection } = part;
  const needless = needlessGrants(granted, inspection.permissions);
  const isNeedless = (kind: GrantKind, value: string) =>
    needless.some((one) => one.kind === kind && one.value === value);
  const grants = DENO_KINDS.flatMap((kind) =>
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
  if (isolation === "worker") return [...workerCode(part, who), ...grants];
  if (isolation !== "process") return grants;
  const value = Deno.execPath();
  return [
    { who, kind: "run", value, why: "its process is started" },
    ...grants,
  ];
}
