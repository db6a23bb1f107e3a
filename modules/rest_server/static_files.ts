import { CaryatidError } from "@caryatid/sdk";
import { Hono } from "hono";
import { serveStatic } from "hono/serve-static";
import type { StaticFolder } from "./config.ts";
import type { GatewayEnv } from "./gateway.ts";
import type { Platform } from "./platform.ts";

/**
 * Serves the files of a folder: none that begins with a dot, and none outside, whatever links there are. What isn't a file goes
 * on to the next route.
 *
 * @throws {CaryatidError} `INVALID_CONFIG` if the folder isn't there, or can't be read
 */
export async function staticFiles(
  { folder, path }: StaticFolder,
  platform: Platform,
): Promise<Hono<GatewayEnv>> {
  const root = await realFolder(folder, platform);
  const prefix = path.replace(/\/+$/, "");
  const within = async (file: string): Promise<string | undefined> => {
    const real = await platform.realPath(file).catch(() => undefined);
    const isInside = real === root || real?.startsWith(`${root}/`);
    const isHidden = real?.includes("/.", root.length); // a link may lead there
    return isInside && !isHidden ? real : undefined;
  };
  const files = serveStatic<GatewayEnv>({
    root,
    rewriteRequestPath: (asked) => asked.slice(prefix.length),
    isDir: async (file) => {
      const real = await within(file);
      return real !== undefined && await platform.isFolder(real);
    },
    getContent: async (file, c) => {
      const real = await within(file);
      const opened = real && await platform.openFile(real).catch(() => {});
      if (!opened) return null;
      c.header("content-length", `${opened.size}`);
      c.header("x-content-type-options", "nosniff");
      if (c.req.method !== "HEAD") return opened.body;
      await opened.body.cancel();
      return new Uint8Array(0);
    },
  });
  return new Hono<GatewayEnv>().get(`${prefix}/*`, (c, next) => {
    const isHidden = c.env.target.segments.some((part) => part.startsWith("."));
    return isHidden ? next() : files(c, next);
  });
}

async function realFolder(folder: string, platform: Platform): Promise<string> {
  let cause: unknown;
  try {
    const root = await platform.realPath(folder);
    if (await platform.isFolder(root)) return root;
  } catch (error) {
    cause = error;
  }
  const found = cause instanceof Error ? cause.message : "it is no folder";
  throw new CaryatidError(
    "INVALID_CONFIG",
    `Cannot serve the files of "${folder}": ${found}`,
    { cause, hint: "the process needs --allow-read for it" },
  );
}
