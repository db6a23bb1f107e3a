import {
  CaryatidError,
  type Context,
  type Delivery,
  type Subscription,
} from "@caryatid/sdk";
import { decode, encode } from "@caryatid/process/codec";
import { isSameSecret } from "../same_secret.ts";
import { urlHost } from "../server_address.ts";
import { shutDown } from "../shut_down.ts";
import { ALIVE } from "./control_file.ts";
import { filterOf, letterLines } from "./dead_letters.ts";

/** Maximum size of a message, in bytes. */
const MAX_BYTES = 1024 * 1024;
/** Maximum number of concurrent calls: subscriptions and requests of shells. */
const MAX_CALLS = 32;
/**
 * Queue size of a subscription of a shell; a slow shell loses the oldest
 * messages.
 */
const QUEUE_SIZE = 1_000;
const TEXT = new TextEncoder();

type Call = (url: URL, request: Request) => Promise<Response>;

/**
 * Offers the context of a module to shells. Each call needs the token, and
 * calls of web pages are refused.
 */
export class ControlServer {
  /** Secret of the server, in the file. */
  readonly token: string = crypto.getRandomValues(new Uint8Array(32)).toHex();
  /** Address of the server. */
  readonly url: string;
  readonly #context: Context;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #closing = new AbortController();
  readonly #calls: Readonly<Record<string, Call>> = {
    "GET /": () => Promise.resolve(new Response(null, { status: ALIVE })),
    "GET /health": () => Promise.resolve(this.#health()),
    "POST /publish": (url, request) => this.#publish(url, request),
    "POST /request": (url, request) => this.#request(url, request),
    "GET /spy": (url) => this.#spy(url),
    "GET /dead-letters": (url) => this.#deadLetters(url),
    "POST /dead-letters/replay": (url) => this.#count("replay", url),
    "POST /dead-letters/drop": (url) => this.#count("drop", url),
  };
  #running = 0;

  /** Starts the server. */
  constructor(context: Context, at: { hostname: string; port: number }) {
    this.#context = context;
    this.#server = Deno.serve(
      { ...at, onListen() {} },
      (request) => this.#answer(request),
    );
    const { hostname, port } = this.#server.addr;
    this.url = `http://${urlHost(hostname)}:${port}`;
  }

  /** Closes the subscriptions of shells and then the server. */
  async close(): Promise<void> {
    this.#closing.abort();
    await shutDown(this.#server);
  }

  async #answer(request: Request): Promise<Response> {
    if (!this.#isAllowed(request)) return refusal(403, "not allowed");
    const url = new URL(request.url);
    const call = this.#calls[`${request.method} ${url.pathname}`];
    if (call === undefined) return refusal(404, "no such call");
    if (this.#running >= MAX_CALLS) {
      return refusal(429, "too many calls at once");
    }
    this.#running++;
    try {
      return await call(url, request);
    } catch (error) {
      const { code, message } = error instanceof CaryatidError
        ? error
        : new CaryatidError("HANDLER_FAILED", String(error));
      return Response.json({ code, message }, { status: 422 });
    } finally {
      this.#running--;
    }
  }

  /** Refuses requests of browsers, which send their origin. */
  #isAllowed({ headers }: Request): boolean {
    if (headers.has("origin") || headers.has("sec-fetch-site")) return false;
    const given = headers.get("authorization") ?? "";
    return isSameSecret(given, `Bearer ${this.token}`);
  }

  /** The state of the process, with the reasons for what is not ready. */
  #health(): Response {
    const health = this.#context.health();
    return Response.json(health, { status: health.ready ? 200 : 503 });
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

  /** Responds with a line for each dead letter, base64 of CBOR. */
  async #deadLetters(url: URL): Promise<Response> {
    const letters = await this.#context.deadLetters.list(filterOf(url));
    return new Response(letterLines(letters));
  }

  /** Responds with the number of dead letters as JSON. */
  async #count(action: "replay" | "drop", url: URL): Promise<Response> {
    const count = await this.#context.deadLetters[action](filterOf(url));
    return Response.json({ count });
  }

  /**
   * Responds with a line for each message, base64 of CBOR. An empty line
   * follows the start of the subscription.
   */
  async #spy(url: URL): Promise<Response> {
    const subscription = this.#context.subscribe(topicOf(url), {
      overflow: "drop-oldest",
      queueSize: QUEUE_SIZE,
      signal: this.#closing.signal,
    });
    await subscription.ready;
    this.#running++;
    return new Response(lines(subscription, () => void this.#running--));
  }
}

function lines(subscription: Subscription, onEnd: () => void): ReadableStream {
  const loop = subscription[Symbol.asyncIterator]();
  let open = true;
  const end = () => {
    if (open) onEnd();
    open = false;
  };
  // Not a generator, which cannot be cancelled while it waits for a message.
  return new ReadableStream({
    start: (controller) => controller.enqueue(TEXT.encode("\n")),
    async pull(controller) {
      const { done, value } = await loop.next();
      if (!open) return; // cancelled meanwhile
      if (!done) return controller.enqueue(TEXT.encode(line(value)));
      end();
      controller.close();
    },
    async cancel() {
      end();
      await subscription.close();
    },
  });
}

function topicOf({ searchParams }: URL): string {
  return searchParams.get("topic") ?? "";
}

async function messageOf(request: Request): Promise<unknown> {
  const length = Number(request.headers.get("content-length") ?? Infinity);
  if (length <= MAX_BYTES) return decode(await request.bytes());
  throw new CaryatidError(
    "MESSAGE_TOO_LARGE",
    `Cannot take a message of ${length} bytes: expected at most ${MAX_BYTES}`,
  );
}

function line({ topic, message, headers }: Delivery): string {
  try {
    return encode([topic, message, headers]).toBase64() + "\n";
  } catch (error) {
    if (!(error instanceof CaryatidError)) throw error;
    const unsendable = { $unsendable: error.message };
    return encode([topic, unsendable, headers]).toBase64() + "\n";
  }
}

function refusal(status: number, why: string): Response {
  const code = status === 403 ? "FORBIDDEN" : "INVALID_OPTION";
  return Response.json({ code, message: why }, { status });
}
