import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate } from "node:timers";
import type { Answer } from "./platform.ts";

/** Methods that `Request` takes no body for. */
const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD"]);
/**
 * Methods that `Request` refuses; the gateway refuses them in its own words.
 */
const REFUSED = /^(CONNECT|TRACE|TRACK)$/i;

/**
 * Answers a request of `node:http` by the gateway, which knows only those of
 * the web.
 *
 * By hand: `@hono/node-server` parses the target before a handler can check it,
 * so that `/a/../b` arrives as `/b`, and it refuses bad Host headers without an
 * answer of problem details.
 */
export async function answerNode(
  answer: Answer,
  scheme: "http" | "https",
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => {
    if (!outgoing.writableFinished) gone.abort();
  });
  try {
    const request = requestOf(incoming, scheme, gone.signal);
    const response = await answer(request, () => peerOf(incoming));
    const isHead = incoming.method === "HEAD";
    await send(response, outgoing, { isHead, gone: gone.signal });
  } catch {
    // A body broke off: the client must notice it after the sent part.
    incoming.socket.destroySoon();
  }
}

/**
 * A request as `Deno.serve` would give it: its `url` is what came, unparsed,
 * for the gateway to check.
 */
export function requestOf(
  incoming: IncomingMessage,
  scheme: "http" | "https",
  signal: AbortSignal,
): Request {
  const { method = "GET", rawHeaders } = incoming;
  const headers = new Headers();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at]!, rawHeaders[at + 1]!);
  }
  const url = `${scheme}://${headers.get("host") ?? ""}${incoming.url}`;
  const isRefused = REFUSED.test(method);
  const body = isRefused || BODILESS.has(method) || !hasBody(headers)
    ? null
    : bodyOf(incoming);
  const init: RequestInit & { duplex: "half" } = {
    method: isRefused ? "GET" : method,
    headers,
    signal,
    body,
    duplex: "half",
  };
  const known = URL.canParse(url) ? url : `${scheme}://unknown/`;
  return Object.defineProperties(new Request(known, init), {
    url: { value: url },
    method: { value: method },
  });
}

function hasBody(headers: Headers): boolean {
  return headers.has("transfer-encoding") ||
    Number(headers.get("content-length") ?? 0) > 0;
}

/**
 * Read as far as it is wanted. What is left is read away by Node when the
 * answer is sent, so that the client gets that.
 */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming.iterator({ destroyOnReturn: false });
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return?.();
      // What the client sends on is unwanted: Node would read all of it.
      incoming.socket.destroySoon();
    },
  }, { highWaterMark: 0 });
}

async function send(
  response: Response,
  outgoing: ServerResponse,
  { isHead, gone }: { readonly isHead: boolean; readonly gone: AbortSignal },
): Promise<void> {
  const { status, headers, body } = response;
  if (body !== null && !isHead) return await sendBody(response, outgoing, gone);
  const isEmpty = !isHead && status !== 204 && status !== 304;
  const length = isEmpty ? ["content-length", "0"] : [];
  outgoing.writeHead(status, [...listOf(headers), ...length]).end();
  await body?.cancel();
}

/** Sends a complete body with its length, any other body in chunks. */
async function sendBody(
  { status, headers, body }: Response,
  outgoing: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const head = listOf(headers);
  const reader = body!.getReader();
  // A rejection means that the body has ended or failed by itself.
  outgoing.once("close", () => reader.cancel().catch(() => {}));
  let next = reader.read();
  const first = await soon(next);
  if (first && !first.done) {
    next = reader.read();
    if ((await soon(next))?.done) {
      const length = headers.has("content-length")
        ? []
        : ["content-length", String(first.value.length)];
      outgoing.writeHead(status, [...head, ...length]).end(first.value);
      return;
    }
  }
  // The first live message may come much later.
  outgoing.writeHead(status, head).flushHeaders();
  if (first && !first.done) await write(outgoing, first.value, gone);
  for (let read = await next; !read.done; read = await reader.read()) {
    await write(outgoing, read.value, gone);
  }
  outgoing.end();
}

/** A list, since an object has no two cookies. */
function listOf(headers: Headers): string[] {
  return [...headers].flat();
}

/** Result of a read that settles without I/O. */
function soon<T>(read: Promise<T>): Promise<T | undefined> {
  const late = new Promise<undefined>((resolve) =>
    setImmediate(() => resolve(undefined))
  );
  return Promise.race([read.catch(() => undefined), late]);
}

async function write(
  outgoing: ServerResponse,
  bytes: Uint8Array,
  gone: AbortSignal,
): Promise<void> {
  if (!outgoing.write(bytes)) await once(outgoing, "drain", { signal: gone });
}

/** Returns the address at the other end of a connection. */
export function peerOf(incoming: IncomingMessage): string {
  // An IPv6 socket has clients of IPv4, too.
  return (incoming.socket.remoteAddress ?? "").replace(/^::ffff:(?=\d)/, "");
}
