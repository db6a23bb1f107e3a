import {
  CaryatidError,
  type Context,
  type Delivery,
  type Subscription,
} from "@caryatid/sdk";
import { decode, encode } from "@caryatid/process/codec";
import { ALIVE } from "./control_file.ts";

/** The largest message, in bytes. */
const MOST_BYTES = 1024 * 1024;
/** Shells that listen, and requests that wait, at once. */
const MOST_AT_ONCE = 32;
/** What a shell that reads too slowly loses the oldest of. */
const QUEUE = 1_000;
/** What calls in hand have to end, in milliseconds. */
const PATIENCE = 1_000;
const TEXT = new TextEncoder();

type Work = (url: URL, request: Request) => Promise<Response>;

/** Does for a shell what a module's context does. Each call needs the token, and none may come from a web page. */
export class ControlServer {
  /** Known to nobody but who reads the file. */
  readonly token: string = crypto.getRandomValues(new Uint8Array(32)).toHex();
  /** Where it listens. */
  readonly url: string;
  readonly #context: Context;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #closing = new AbortController();
  readonly #ending = new AbortController();
  readonly #works: Readonly<Record<string, Work>> = {
    "GET /": () => Promise.resolve(new Response(null, { status: ALIVE })),
    "POST /publish": (url, request) => this.#publish(url, request),
    "POST /request": (url, request) => this.#request(url, request),
    "GET /spy": (url) => this.#spy(url),
  };
  #running = 0;

  /** Listens from now on. */
  constructor(context: Context, at: { hostname: string; port: number }) {
    this.#context = context;
    this.#server = Deno.serve(
      { ...at, signal: this.#ending.signal, onListen() {} },
      (request) => this.#answer(request),
    );
    const { hostname, port } = this.#server.addr;
    const host = hostname.includes(":") ? `[${hostname}]` : hostname;
    this.url = `http://${host}:${port}`;
  }

  /** Ends what shells listen to, and then itself. */
  async close(): Promise<void> {
    this.#closing.abort();
    // A shell that doesn't read any more isn't waited for.
    const timer = setTimeout(() => this.#ending.abort(), PATIENCE);
    await this.#server.shutdown();
    clearTimeout(timer);
  }

  async #answer(request: Request): Promise<Response> {
    if (!this.#isAllowed(request)) return refusal(403, "not allowed");
    const url = new URL(request.url);
    const work = this.#works[`${request.method} ${url.pathname}`];
    if (work === undefined) return refusal(404, "no such thing");
    if (this.#running >= MOST_AT_ONCE) return refusal(429, "too many at once");
    this.#running++;
    try {
      return await work(url, request);
    } catch (error) {
      const { code, message } = error instanceof CaryatidError
        ? error
        : new CaryatidError("HANDLER_FAILED", String(error));
      return Response.json({ code, message }, { status: 422 });
    } finally {
      this.#running--;
    }
  }

  /** Browsers say where a request comes from; this is no page's business. */
  #isAllowed({ headers }: Request): boolean {
    if (headers.has("origin") || headers.has("sec-fetch-site")) return false;
    const given = headers.get("authorization") ?? "";
    const wanted = `Bearer ${this.token}`;
    let difference = given.length ^ wanted.length;
    for (let at = 0; at < wanted.length; at++) {
      difference |= given.charCodeAt(at) ^ wanted.charCodeAt(at);
    }
    return difference === 0;
  }

  async #publish(url: URL, request: Request): Promise<Response> {
    await this.#context.publish(topicOf(url), await messageOf(request));
    return new Response(null, { status: 204 });
  }

  async #request(url: URL, request: Request): Promise<Response> {
    const timeout = Number(url.searchParams.get("timeout"));
    const answer = await this.#context.request(
      topicOf(url),
      await messageOf(request),
      { ...timeout > 0 ? { timeout } : {}, signal: request.signal },
    );
    return new Response(encode(answer));
  }

  /** A line for each message, base64 of CBOR; an empty one first, as soon as it is heard. */
  async #spy(url: URL): Promise<Response> {
    const heard = this.#context.subscribe(topicOf(url), {
      overflow: "drop-oldest",
      queueSize: QUEUE,
      signal: this.#closing.signal,
    });
    await heard.ready;
    this.#running++;
    return new Response(lines(heard, () => void this.#running--));
  }
}

function lines(heard: Subscription, leave: () => void): ReadableStream {
  const loop = heard[Symbol.asyncIterator]();
  let open = true;
  const end = () => {
    if (open) leave();
    open = false;
  };
  // By hand: a generator that waits for a message can't be cancelled before it has one.
  return new ReadableStream({
    start: (controller) => controller.enqueue(TEXT.encode("\n")),
    async pull(controller) {
      const { done, value } = await loop.next();
      if (!open) return; // cancelled while it waited
      if (!done) return controller.enqueue(TEXT.encode(line(value)));
      end();
      controller.close();
    },
    async cancel() {
      end();
      await heard.close();
    },
  });
}

function topicOf({ searchParams }: URL): string {
  return searchParams.get("topic") ?? "";
}

async function messageOf(request: Request): Promise<unknown> {
  const length = Number(request.headers.get("content-length") ?? Infinity);
  if (length <= MOST_BYTES) return decode(await request.bytes());
  throw new CaryatidError(
    "MESSAGE_TOO_LARGE",
    `Cannot take a message of ${length} bytes: wanted ${MOST_BYTES} at most`,
  );
}

function line({ topic, message }: Delivery): string {
  try {
    return encode([topic, message]).toBase64() + "\n";
  } catch (error) {
    if (!(error instanceof CaryatidError)) throw error;
    return encode([topic, { $unsendable: error.message }]).toBase64() + "\n";
  }
}

function refusal(status: number, why: string): Response {
  const code = status === 403 ? "FORBIDDEN" : "INVALID_OPTION";
  return Response.json({ code, message: why }, { status });
}
