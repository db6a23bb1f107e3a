import { CaryatidError } from "@caryatid/sdk";
import { type Context, Hono, type Next } from "hono";
import { getMimeType } from "hono/utils/mime";
import type { StaticFolder } from "../config.ts";
import { CHUNK } from "./answer_streams.ts";
import { fileAnswer, type FileRange } from "./file_answer.ts";
import type { GatewayEnv } from "./gateway_app.ts";
import type { Platform } from "./platform.ts";
import { type Dots, routeOf } from "../topic_of.ts";

/**
 * Serves the files of a folder, except names that begin with a dot, and links
 * that lead out of the folder. A request for anything else passes to the next
 * route.
 *
 * Not by `hono/serve-static`, which has no validators and no ranges, and
 * decodes a path by other rules than the gateway, so that it does not find
 * names with `%`, `#` or `,`.
 *
 * @throws {CaryatidError} `INVALID_CONFIG` if the folder is missing or cannot
 * be read
 */
export async function staticFiles(
  { folder, path }: StaticFolder,
  platform: Platform,
  dots: Dots,
): Promise<Hono<GatewayEnv>> {
  const root = await realFolder(folder, platform);
  const prefix = path.replace(/\/+$/, "");
  const depth = prefix.split("/").length - 1;
  const find = async (
    parts: readonly string[],
  ): Promise<string | undefined> => {
    const real = await platform.realPath([root, ...parts].join("/"));
    const isInside = real === root || real.startsWith(`${root}/`);
    // A link may lead to a hidden file.
    if (!isInside || real.includes("/.", root.length)) return undefined;
    if (!await platform.isFolder(real)) return real;
    return parts.at(-1) === INDEX ? undefined : await find([...parts, INDEX]);
  };
  const serve = async (c: Context<GatewayEnv>, next: Next) => {
    const parts = c.env.target.segments.slice(depth)
      .filter((part, i, all) => part !== "" || i < all.length - 1);
    if (parts.some((part) => part === "" || part.startsWith("."))) {
      return await next();
    }
    const file = await find(parts).catch(() => undefined);
    const info = file && await platform.fileInfo(file).catch(() => undefined);
    if (!file || !info) return await next();
    const { method } = c.req;
    const answer = fileAnswer(info, c.req.raw.headers, method);
    const { status, headers, range } = answer;
    headers.set("x-content-type-options", "nosniff");
    const type = getMimeType(file) ?? "application/octet-stream";
    if (status < 300) headers.set("content-type", type);
    const isWanted = range && method !== "HEAD";
    const body = isWanted ? await bodyOf(file, range, platform) : null;
    if (body) c.env.stream = body;
    return new Response(body, { status, headers });
  };
  return new Hono<GatewayEnv>().get(
    `${prefix && routeOf(prefix, dots)}/*`,
    serve,
  );
}

const INDEX = "index.html";

async function bodyOf(
  path: string,
  { start, end }: FileRange,
  platform: Platform,
): Promise<ReadableStream<Uint8Array>> {
  const file = await platform.openFile(path);
  let at = start;
  return new ReadableStream({
    async pull(controller) {
      const bytes = new Uint8Array(Math.min(CHUNK, end - at));
      const count = bytes.length === 0 ? 0 : await file.read(bytes, at);
      if (count === 0) {
        await file.close();
        // A file that has become shorter is not the one that was announced.
        if (at < end) controller.error(new Error("the file has changed"));
        else controller.close();
        return;
      }
      at += count;
      controller.enqueue(bytes.subarray(0, count));
    },
    cancel: () => file.close(),
  }, { highWaterMark: 0 });
}

async function realFolder(folder: string, platform: Platform): Promise<string> {
  let cause: unknown;
  try {
    const root = await platform.realPath(folder);
    if (await platform.isFolder(root)) return root;
  } catch (error) {
    cause = error;
  }
  const found = cause instanceof Error ? cause.message : "it is not a folder";
  throw new CaryatidError(
    "INVALID_CONFIG",
    `Cannot serve the files of "${folder}": ${found}`,
    { cause, hint: remedyOf(cause, folder) },
  );
}

function remedyOf(cause: unknown, folder: string): string {
  if (cause === undefined) return "Set `folder` to a folder.";
  const { name, code } = cause as Error & { code?: unknown };
  // Refusals of Deno and of Node.
  if (name === "NotCapable" || code === "ERR_ACCESS_DENIED") {
    return `Run the process with --allow-read=${folder}, or grant the module ` +
      "that permission.";
  }
  return code === "EACCES" || code === "EPERM"
    ? "Let the user who runs the process read it."
    : "Create the folder, or correct `folder`.";
}
