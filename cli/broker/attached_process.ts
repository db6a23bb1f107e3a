import {
  CaryatidError,
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetters,
  type ErrorCode,
} from "@caryatid/sdk";
import type { Observed } from "@caryatid/sdk/internal/bus";
import { decode, encode } from "@caryatid/process/codec";
import { TextLineStream } from "../deno/lines.ts";

const LOOPBACK = /^http:\/\/(127(\.\d+){3}|localhost|\[::1\]):\d+$/;

/** Client of a running process that has the module `control`. */
export class AttachedProcess {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /**
   * Reads the address and token of the process from the file that it wrote.
   * Nothing is sent to an address that another user may have written, or that
   * is not on this machine.
   *
   * @throws {CaryatidError}
   * `BUS_UNAVAILABLE` if the file is missing, `INVALID_OPTION` if it has no
   * address, or others may have written it
   */
  static async at(path: string): Promise<AttachedProcess> {
    const { text, fault } = await readOwn(path).catch((cause) => {
      throw unavailable(path, cause);
    });
    const { url, token } = parsed(text);
    const isComplete = typeof url === "string" && typeof token === "string";
    const found = fault ??
      (!isComplete
        ? "no address in it"
        : LOOPBACK.test(url)
        ? undefined
        : "an address that is not of this machine");
    if (isComplete && found === undefined) {
      return new AttachedProcess(url, token);
    }
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot reach a process by "${path}": found ${found}; expected ` +
        "the file of a [module.control]",
    );
  }

  /**
   * Publishes a message. Resolves when the bus of the process has accepted it.
   */
  async publish(topic: string, message: unknown): Promise<void> {
    const { status } = await this.#call("POST", "publish", { topic }, message);
    if (status !== 204) throw this.#notControl(status);
  }

  /** Sends a request and resolves with the answer. */
  async request(
    topic: string,
    message: unknown,
    { timeout }: { readonly timeout?: number } = {},
  ): Promise<unknown> {
    const query = { topic, ...timeout ? { timeout: String(timeout) } : {} };
    const response = await this.#call("POST", "request", query, message);
    return decode(await response.bytes());
  }

  /** Dead letters of all buses of the process. */
  get deadLetters(): DeadLetters {
    return {
      list: (filter) => this.#listDeadLetters(filter),
      replay: (filter) => this.#countDeadLetters("replay", filter),
      drop: (filter) => this.#countDeadLetters("drop", filter),
    };
  }

  /**
   * Returns the messages on a pattern until `signal` fires or the process
   * stops.
   */
  async spy(
    pattern: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Observed>> {
    const response = await this.#call("GET", "spy", { topic: pattern });
    const lines = response.body!.pipeThrough(new TextLineStream(Infinity))
      .getReader();
    // the stream has ended
    const cancel = () => void lines.cancel().catch(() => {});
    signal.addEventListener("abort", cancel, { once: true });
    await lines.read(); // an empty line: the process has subscribed
    return messagesOf(lines, this.#url);
  }

  async #listDeadLetters(filter?: DeadLetterFilter): Promise<DeadLetter[]> {
    const { body } = await this.#call("GET", "dead-letters", query(filter));
    const lines = body!.pipeThrough(new TextLineStream(Infinity));
    return await Array.fromAsync(lines, letterOf);
  }

  async #countDeadLetters(
    action: "replay" | "drop",
    filter?: DeadLetterFilter,
  ): Promise<number> {
    const what = `dead-letters/${action}`;
    const response = await this.#call("POST", what, query(filter), null);
    const { count } = parsed(await response.text());
    if (typeof count !== "number") throw this.#notControl(response.status);
    return count;
  }

  async #call(
    method: string,
    what: string,
    query: Readonly<Record<string, string>>,
    message?: unknown,
  ): Promise<Response> {
    const response = await fetch(
      `${this.#url}/${what}?${new URLSearchParams(query)}`,
      {
        method,
        headers: { authorization: `Bearer ${this.#token}` },
        redirect: "error",
        ...method === "POST" ? { body: encode(message) } : {},
      },
    ).catch((cause) => {
      throw unavailable(this.#url, cause);
    });
    if (response.ok) return response;
    const { code, message: reason } = parsed(await response.text());
    if (typeof code !== "string") throw this.#notControl(response.status);
    throw new CaryatidError(code as ErrorCode, String(reason));
  }

  /** After the process was killed, its port may belong to another program. */
  #notControl(status: number): CaryatidError {
    const found = `found HTTP status ${status} of another program`;
    return unavailable(this.#url, new Error(found));
  }
}

/** Returns the fields of a filter as texts. */
function query(filter: DeadLetterFilter = {}): Record<string, string> {
  const fields = Object.entries(filter).map(([name, value]) => [
    name,
    String(value),
  ]);
  return Object.fromEntries(fields);
}

/** Reads a line of the process, and decodes the message of the dead letter. */
function letterOf(line: string): DeadLetter {
  const letter = decode(Uint8Array.fromBase64(line)) as DeadLetter;
  try {
    return { ...letter, message: decode(letter.body) };
  } catch {
    return { ...letter, message: undefined }; // the list shows its error
  }
}

async function* messagesOf(
  lines: ReadableStreamDefaultReader<string>,
  url: string,
) {
  try {
    for (;;) {
      const { done, value } = await lines.read().catch((cause) => {
        throw unavailable(url, cause, "it has ended");
      });
      if (done) return;
      if (value === "") continue;
      const decoded = decode(Uint8Array.fromBase64(value));
      const [topic, message, headers] = decoded as [
        string,
        unknown,
        Record<string, string>,
      ];
      yield { topic, message, headers };
    }
  } finally {
    await lines.cancel().catch(() => {}); // the error has been thrown
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {}; // the caller reports the missing keys
  }
}

function unavailable(
  where: string,
  cause: unknown,
  reason = innermost(cause).message,
): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot reach the process of "${where}": ${reason}`,
    { cause, hint: "Start it with a [module.control] in its configuration." },
  );
}

/** The message of a `fetch` error has no details, that of its cause does. */
function innermost(error: unknown): Error {
  const { cause } = error as Error;
  return cause instanceof Error ? innermost(cause) : error as Error;
}

/** Reads a file, and finds out whether another user may have written it. */
async function readOwn(
  path: string,
): Promise<{ text: string; fault: string | undefined }> {
  using file = await Deno.open(path);
  // Of the open file: its path may lead to another one by now.
  const { uid, mode, isFile } = await file.stat();
  const text = isFile ? await new Response(file.readable).text() : "";
  return { text, fault: isFile ? faultOf(uid, mode) : "no file" };
}

function faultOf(uid: number | null, mode: number | null): string | undefined {
  if (uid === null || mode === null) return undefined; // Windows
  if (uid !== Deno.uid()) return "a file of another user";
  return (mode & 0o077) === 0
    ? undefined
    : "a file that others may read or write";
}
