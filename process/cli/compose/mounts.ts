import { dirname, resolve } from "node:path";
import { filePath } from "../file_urls.ts";
import { grantsOf } from "../grants.ts";
import type { Subject } from "../subject.ts";

/** A file or folder of this machine that a container has, at the same path. */
export interface Mount {
  readonly path: string;
  readonly isWritable: boolean;
}

/** The folders of the code, to be read only, and what the process is granted to read or write; nothing twice. */
export function mountsOf(subject: Subject): Mount[] {
  const granted = grantsOf(subject).flatMap(({ kind, value }) => {
    const path = resolve(value);
    if (kind === "write") return [{ path: writable(path), isWritable: true }];
    return kind === "read" ? [{ path, isWritable: false }] : [];
  });
  const code = codeFolders(subject).map((path) => ({
    path,
    isWritable: false,
  }));
  const all = [...code, ...granted];
  return all.filter((mount, index) =>
    !all.some((other, at) => at !== index && covers(other, mount, at < index))
  );
}

/** Of two that are the same, the first is kept. */
function covers(other: Mount, mount: Mount, isEarlier: boolean): boolean {
  if (mount.isWritable && !other.isWritable) return false;
  const isSame = other.path === mount.path;
  if (isSame && other.isWritable === mount.isWritable) return isEarlier;
  return isSame || mount.path.startsWith(`${other.path}/`);
}

/** A file is written anew beside itself, and takes its own place: that needs its folder. A folder has no extension. */
function writable(path: string): string {
  return isFolder(path) ?? !/\.[^/]*$/.test(path) ? path : dirname(path);
}

function isFolder(path: string): boolean | undefined {
  try {
    return Deno.statSync(path).isDirectory;
  } catch {
    return undefined; // it isn't there yet
  }
}

function codeFolders({ project, parts }: Subject): string[] {
  const files = parts.flatMap(({ specifier, inspection }) =>
    [inspection.resolved ?? specifier].filter((url) => url?.startsWith("file:"))
      .map((url) => filePath(url!))
  );
  const checkout = new URL("../../../", import.meta.url);
  return [
    ...project.config === undefined ? [] : [dirname(project.config)],
    ...checkout.protocol === "file:" ? [resolve(filePath(checkout))] : [],
    ...files.map((file) => dirname(file)),
  ];
}
