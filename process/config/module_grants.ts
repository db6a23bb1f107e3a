import { CaryatidError, validatePattern } from "@caryatid/sdk";
import { filePath, isAbsolutePath } from "../platform/file_urls.ts";
import { absolutePath, NET_WANTED, parseNet } from "./grant_covers.ts";
import type { Layers } from "./layers.ts";
import type { Isolation, ModuleGrants } from "./process_config.ts";
import type { Report, TableReader } from "./table_reader.ts";

/** Context of the grants of a module. */
export interface GrantsAround {
  readonly isolation: Isolation;
  readonly layers: Layers;
  readonly report: Report;
}

/**
 * Reads `permissions` of a module or bus; a bus has no rights to topics. An
 * unknown key is an error, although Deno would ignore it silently.
 */
export function readGrants(
  reader: TableReader,
  { isolation, layers, report }: GrantsAround,
): ModuleGrants {
  const grants = {
    net: reader.texts("net", netRefusal),
    read: paths(reader, "read", layers, report),
    write: paths(reader, "write", layers, report),
    env: reader.texts("env", envRefusal),
    ...topics(reader),
  };
  reader.end();
  if (isolation === "worker") refuseNetworks(grants, reader, report);
  return grants;
}

function topics(
  reader: TableReader,
): Pick<
  ModuleGrants,
  "publish" | "subscribe" | "request" | "handle" | "groups"
> {
  const list = (key: string, refusal = patternRefusal) =>
    reader.path[0] === "message-bus" ? undefined : reader.texts(key, refusal);
  return {
    publish: list("publish"),
    subscribe: list("subscribe"),
    request: list("request"),
    handle: list("handle"),
    groups: list("groups", groupRefusal),
  };
}

/**
 * Reports networks in the grants of a worker: Deno treats a network as more
 * than its host grants.
 */
function refuseNetworks(
  { net = [] }: ModuleGrants,
  { path }: TableReader,
  report: Report,
): void {
  const index = net.findIndex((text) => parseNet(text)?.bits !== undefined);
  if (index < 0) return;
  report.wrong(
    [...path, "net", index],
    net[index],
    "hosts: a worker cannot have a network",
    { hint: 'Name the hosts, or write isolation = "process".' },
  );
}

/** Reads paths without resolving links, because Deno compares paths as text. */
function paths(
  reader: TableReader,
  key: "read" | "write",
  layers: Layers,
  report: Report,
): readonly string[] | undefined {
  const texts = reader.texts(key, pathRefusal);
  if (!texts?.every((text) => pathRefusal(text) === undefined)) return texts;
  const at = [...reader.path, key];
  const base = layers.folderOf(at);
  const relative = texts.findIndex((text) => !isAbsolutePath(text));
  if (relative >= 0 && base?.protocol !== "file:") {
    report.wrong([...at, relative], texts[relative], "an absolute path", {
      hint: "Write an absolute path, or set the base of relative ones by " +
        "{ base: import.meta.url } of Process.create.",
    });
    return texts;
  }
  const folder = base && filePath(new URL(".", base)).replace(/[/\\]$/, "");
  const absolute = texts.map((text) => absolutePath(text, folder));
  const comma = absolute.findIndex((path) => path.includes(","));
  if (comma >= 0) {
    report.wrong(
      [...at, comma],
      absolute[comma],
      "a path without commas, which end one in a flag of Deno's",
    );
  }
  return absolute;
}

function netRefusal(text: string): string | undefined {
  return parseNet(text) ? undefined : NET_WANTED;
}

/**
 * Rejects an empty text, which means everything in a flag of Deno, and `~`,
 * which only shells expand.
 */
function pathRefusal(text: unknown): string | undefined {
  if (typeof text !== "string" || !/^[^\p{Cc}]+$/u.test(text)) {
    return "the path of a file or folder";
  }
  return /^~(\/|$)/.test(text)
    ? 'a path without "~", which only shells know'
    : undefined;
}

/** Rejects `*`, which would grant every variable with all secrets. */
function envRefusal(text: string): string | undefined {
  return /^[^\s\p{Cc}=,*]+\*?$/u.test(text)
    ? undefined
    : 'the name of a variable, or its beginning and "*"';
}

function groupRefusal(text: string): string | undefined {
  return /^[^\p{Cc}*]+\*?$|^\*$/u.test(text)
    ? undefined
    : 'the name of a group, or its beginning and "*"';
}

function patternRefusal(text: string): string | undefined {
  try {
    validatePattern(text);
    return undefined;
  } catch (error) {
    if (!(error instanceof CaryatidError)) throw error;
    return "a pattern of at most 255 bytes of UTF-8";
  }
}
