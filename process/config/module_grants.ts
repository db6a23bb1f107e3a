import { CaryatidError, validatePattern } from "@caryatid/sdk";
import { filePath, isAbsolutePath } from "../cli/file_urls.ts";
import { NET_WANTED, parseNet } from "../isolation/grants_net.ts";
import { absolutePath } from "../isolation/grants_paths.ts";
import type { Layers } from "./layers.ts";
import type { Isolation, ModuleGrants } from "./process_config.ts";
import type { Report } from "./report.ts";
import type { TableReader } from "./table_reader.ts";

/** What is around the grants of a module. */
export interface GrantsAround {
  readonly isolation: Isolation;
  readonly layers: Layers;
  readonly report: Report;
}

/** `[module.<id>.permissions]`. A key that nobody knows is an error: Deno itself would ignore it in silence. */
export function readGrants(
  reader: TableReader,
  { isolation, layers, report }: GrantsAround,
): ModuleGrants {
  const grants = {
    net: reader.texts("net", netRefusal),
    read: paths(reader, "read", layers, report),
    write: paths(reader, "write", layers, report),
    env: reader.texts("env", envRefusal),
    publish: reader.texts("publish", patternRefusal),
    subscribe: reader.texts("subscribe", patternRefusal),
    request: reader.texts("request", patternRefusal),
    handle: reader.texts("handle", patternRefusal),
  };
  reader.end();
  if (isolation === "worker") refuseNetworks(grants, reader, report);
  return grants;
}

/** Deno gives no worker a network that its host has only as such: it takes that for more. */
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
    "hosts: a worker can't have a network",
    { hint: 'name the hosts, or write isolation = "process"' },
  );
}

/** Links aren't resolved: Deno compares the text of paths, and what goes through a link has the text of the link. */
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
      hint: "a relative one starts at the file that says it, or at " +
        "{ base: import.meta.url } of Process.create",
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

/** An empty text would stand for everything in a flag of Deno's, and `~` for nothing but a folder of that name. */
function pathRefusal(text: unknown): string | undefined {
  if (typeof text !== "string" || !/^[^\p{Cc}]+$/u.test(text)) {
    return "the path of a file or folder";
  }
  return /^~(\/|$)/.test(text)
    ? 'a path without "~", which only shells know'
    : undefined;
}

/** `*` alone would be every variable there is, with all secrets. */
function envRefusal(text: string): string | undefined {
  return /^[^\s\p{Cc}=,*]+\*?$/u.test(text)
    ? undefined
    : 'the name of a variable, or its beginning and "*"';
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
