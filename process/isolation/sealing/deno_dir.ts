import { filePath, fileUrl } from "../../platform/file_urls.ts";

/** Paths by the variables that they depend on. */
const known = new Map<string, Promise<string>>();

/** Returns the path of Deno's cache for an environment. */
export function denoDirOf(
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { DENO_DIR, XDG_CACHE_HOME, HOME, LOCALAPPDATA } = env;
  const key = JSON.stringify([DENO_DIR, XDG_CACHE_HOME, HOME, LOCALAPPDATA]);
  let path = known.get(key);
  if (path === undefined) known.set(key, path = askDeno(env));
  return path;
}

async function askDeno(
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const { DENO_DIR, XDG_CACHE_HOME, HOME } = env;
  if (DENO_DIR?.startsWith("/")) return plain(DENO_DIR);
  if (DENO_DIR === undefined && Deno.build.os === "linux") {
    if (XDG_CACHE_HOME?.startsWith("/")) return plain(`${XDG_CACHE_HOME}/deno`);
    if (XDG_CACHE_HOME === undefined && HOME?.startsWith("/")) {
      return plain(`${HOME}/.cache/deno`);
    }
  }
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-config"],
    clearEnv: true,
    env: { ...env },
    stdin: "null",
    stderr: "null",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).denoDir;
}

/** Returns the path as URLs spell it: the official image has `/deno-dir/`. */
function plain(path: string): string {
  const { pathname } = fileUrl(path.replaceAll(/\/{2,}/g, "/"));
  return filePath(new URL(pathname.replace(/(.)\/$/, "$1"), "file:///"));
}
