import { filePath } from "./file_urls.ts";
import { importHost } from "./import_hosts.ts";
import type { Part, Subject } from "./subject.ts";

/** What Deno is asked to allow by `--allow-<kind>`. */
export type GrantKind = "env" | "import" | "net" | "read" | "write";

/** Something that a process may do, who wants it, and why. */
export interface Grant {
  /** `module.clock`, `message-bus.external`, or `process`. */
  readonly who: string;
  readonly kind: GrantKind;
  readonly value: string;
  readonly why: string;
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
      ...askedGrants(part),
    ]),
  ];
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

function askedGrants({ kind, config, inspection }: Part): Grant[] {
  const who = `${kind}.${config.id}`;
  const { net, read, write, env } = inspection.permissions;
  return Object.entries({ net, read, write, env }).flatMap(([kind, values]) =>
    (values ?? []).map((value) => ({
      who,
      kind: kind as GrantKind,
      value,
      why: "it asks for it",
    }))
  );
}
