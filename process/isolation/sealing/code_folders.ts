import { filePath, fileUrl } from "../../platform/file_urls.ts";
import { PACKAGE_FOLDER } from "../../platform/version.ts";

const SEPARATOR = Deno.build.os === "windows" ? "\\" : "/";
const CONFIGS = ["deno.json", "deno.jsonc", "package.json"];
/** Key of a workspace, and the list of its members. */
const WORKSPACE =
  /"workspaces?"\s*:\s*(?:\{[^[\]]*"(?:members|packages)"\s*:\s*)?\[([^\]]*)\]/;

/**
 * Returns the folders from which a local module may import code: its own one,
 * the project around it, the workspace that lists this project, linked
 * packages, and the checkout of Caryatid. Each ends with a separator.
 *
 * @param file path of the module
 * @param config path of the `deno.json` that Deno uses. Only this file and
 * those of folders around it can link packages: the author of a module may have
 * written the others.
 */
export function codeFolders(file: string, config = ""): string[] {
  const own = folderOf(file);
  const real = realPath(own) ?? own;
  const folders = [own, real.endsWith(SEPARATOR) ? real : real + SEPARATOR];
  let project: string | undefined;
  for (let folder = own;;) {
    const texts = CONFIGS.map((name) => textOf(folder + name));
    const found = texts.filter((text) => text !== undefined);
    const isOwn = found.length > 0 && project === undefined;
    if (isOwn) project = folder;
    const path = project?.slice(folder.length, -1).replaceAll(SEPARATOR, "/");
    if (isOwn || found.some((text) => hasMember(text, path))) {
      folders.push(folder);
      if (config.startsWith(folder)) {
        folders.push(...found.flatMap((text) => linked(text, folder)));
      }
    }
    const above = folderOf(folder.slice(0, -1));
    if (above === "" || above === folder) break;
    folder = above;
  }
  if (PACKAGE_FOLDER.startsWith("file:")) {
    folders.push(filePath(new URL("../", PACKAGE_FOLDER)));
  }
  return [...new Set(folders)];
}

/** Returns true if code comes from one of the folders, or from a package. */
export function isCodeOf(folders: readonly string[], path: string): boolean {
  return isPackaged(path) || folders.some((folder) => path.startsWith(folder));
}

/** Returns true for a file of an installed package. */
export function isPackaged(path: string): boolean {
  return path.includes(`${SEPARATOR}node_modules${SEPARATOR}`);
}

/** Returns the folder of a path, with a separator at its end. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf(SEPARATOR) + 1);
}

/**
 * Returns a path without symbolic links, or undefined if this program may not
 * read it. The path of a missing file is returned unchanged.
 */
export function realPath(path: string): string | undefined {
  if (!mayRead(path)) return undefined;
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? path : undefined;
  }
}

/** Queries the permission first, since Deno would prompt at a terminal. */
function mayRead(path: string): boolean {
  const { state } = Deno.permissions.querySync({ name: "read", path });
  return state === "granted";
}

/**
 * Returns true if a `deno.json` or `package.json` lists a member of its
 * workspace.
 *
 * @param path path of the member, from the folder of the file
 */
function hasMember(text: string, path: string | undefined): boolean {
  const [, list = ""] = WORKSPACE.exec(text) ?? [];
  return path !== undefined &&
    [...list.matchAll(/"([^"]+)"/g)].some(([, glob]) => matches(glob!, path));
}

/** Everything below the folder of `**` is listed. */
function matches(glob: string, path: string): boolean {
  const parts = glob.replace(/^\.\//, "").replace(/\/$/, "").split("/");
  const names = path.split("/");
  const deep = parts.indexOf("**");
  if (deep >= 0) parts.length = deep;
  else if (parts.length !== names.length) return false;
  return parts.every((part, i) => fits(part, names[i] ?? ""));
}

function fits(part: string, name: string): boolean {
  const star = part.indexOf("*");
  return star < 0 ? part === name : name.startsWith(part.slice(0, star)) &&
    name.endsWith(part.slice(part.lastIndexOf("*") + 1));
}

/** Returns the folders of the packages that a deno.json links. */
function linked(text: string, folder: string): string[] {
  const [, list = ""] = /"links"\s*:\s*\[([^\]]*)\]/.exec(text) ?? [];
  return [...list.matchAll(/"([^"]+)"/g)].map(([, path]) =>
    filePath(new URL(path!.replace(/\/?$/, "/"), fileUrl(folder)))
  );
}

/** Returns undefined if a file is missing, or this program may not read it. */
function textOf(path: string): string | undefined {
  if (!mayRead(path)) return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined; // without the file, its folder is not a project
  }
}
