import { CaryatidError, validatePattern } from "@caryatid/sdk";
import { filePath, fileUrl, isAbsolutePath } from "../cli/file_urls.ts";
import { NET_WANTED, parseNet } from "../isolation/grants_net.ts";
import type { Layers } from "./layers.ts";
import type { ModuleGrants } from "./process_config.ts";
import type { Report } from "./report.ts";
import type { TableReader } from "./table_reader.ts";

/** `[module.<id>.permissions]`. A key that nobody knows is an error: Deno itself would ignore it in silence. */
export function readGrants(
  reader: TableReader,
  layers: Layers,
  report: Report,
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
  return grants;
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
  return texts.map((text) => absolute(text, folder));
}

/** Without `..`, and with no slash too many: so that to compare the text is enough. */
function absolute(path: string, folder: string | undefined): string {
  const whole = filePath(fileUrl(path.replaceAll(/\/{2,}/g, "/"), folder));
  return whole.length > 1 ? whole.replace(/[/\\]$/, "") : whole;
}

function netRefusal(text: string): string | undefined {
  return parseNet(text) ? undefined : NET_WANTED;
}

/** An empty text would stand for everything in a flag of Deno's. */
function pathRefusal(text: unknown): string | undefined {
  return typeof text === "string" && /^[^\p{Cc}]+$/u.test(text)
    ? undefined
    : "the path of a file or folder";
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
