import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate } from "node:timers";
import type { Answer } from "./platform.ts";

/** Methods without a body in `Request`. */
const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD"]);
/** Methods that `Request` refuses; the gateway answers them itself. */
const REFUSED = /^(CONNECT|TRACE|TRACK)$/i;

/**
 * Answers a request of `node:http` through the gateway, which accepts only a
 * `Request` of the web.
 *
 * Not by `@hono/node-server`, which parses the target before a handler can
 * check it, so that `/a/../b` arrives as `/b`, and refuses invalid Host headers
 * without problem details.
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
 * Returns a request as `Deno.serve` creates it: `url` is unparsed, so that the
 * gateway can check it.
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
 * Returns the body, which is read on demand. When the answer is sent, Node
 * discards the rest, so that the client can read the answer.
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
      // Without this, Node would read everything that the client still sends.
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

/** Returns headers as a list, since an object cannot contain two cookies. */
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
  // An IPv6 socket also accepts clients of IPv4.
  return (incoming.socket.remoteAddress ?? "").replace(/^::ffff:(?=\d)/, "");
}
