import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate } from "node:timers";
import type { Gateway } from "./gateway.ts";

/** Methods that `Request` takes no body for. */
const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD"]);
/** Methods that `Request` refuses; the gateway refuses them in its own words. */
const REFUSED = /^(CONNECT|TRACE|TRACK)$/i;

/** Answers a request of `node:http` by the gateway, which knows only those of the web. */
export async function answerNode(
  gateway: Gateway,
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
    const response = await gateway.fetch(request, () => peerOf(incoming));
    const isHead = incoming.method === "HEAD";
    await send(response, outgoing, { isHead, gone: gone.signal });
  } catch {
    incoming.socket.destroySoon(); // a body broke off: the client is to see that, behind what was sent
  }
}

/** A request as `Deno.serve` would give it: its `url` is what came, unparsed, for the gateway to check. */
function requestOf(
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

/** Read as far as it is wanted. What is left is read away by Node when the answer is sent, so that the client gets that. */
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

/** One that is all there goes with its length; any other one as it comes. */
async function sendBody(
  { status, headers, body }: Response,
  outgoing: ServerResponse,
  gone: AbortSignal,
): Promise<void> {
  const head = listOf(headers);
  const reader = body!.getReader();
  outgoing.once("close", () => reader.cancel().catch(() => {})); // it has ended or failed by itself then
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
  outgoing.writeHead(status, head).flushHeaders(); // live messages may be long in coming
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

/** What a read gives without waiting for anybody. */
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

function peerOf(incoming: IncomingMessage): string {
  // An IPv6 socket has clients of IPv4, too.
  return (incoming.socket.remoteAddress ?? "").replace(/^::ffff:(?=\d)/, "");
}
