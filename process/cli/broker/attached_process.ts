import { CaryatidError, type Delivery, type ErrorCode } from "@caryatid/sdk";
import { decode, encode } from "../../codec/mod.ts";
import { TextLineStream } from "../inspection/lines.ts";
import type { Target } from "./target.ts";

/** A running process that has the module `control`, as its shell sees it. */
export class AttachedProcess implements Target {
  readonly #url: string;
  readonly #token: string;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /**
   * The one that wrote this file.
   *
   * @throws {CaryatidError} `BUS_UNAVAILABLE` if there is no such file, `INVALID_OPTION` for another one
   */
  static async at(path: string): Promise<AttachedProcess> {
    const text = await Deno.readTextFile(path).catch((cause) => {
      throw unavailable(path, cause);
    });
    const { url, token } = parsed(text);
    if (typeof url === "string" && typeof token === "string") {
      return new AttachedProcess(url, token);
    }
    throw new CaryatidError(
      "INVALID_OPTION",
      `Cannot reach a process by "${path}": found no address in it, wanted ` +
        "the file of a [module.control]",
    );
  }

  /** Publishes; resolves when the process's bus has it. */
  async publish(topic: string, message: unknown): Promise<void> {
    const { status } = await this.#call("POST", "publish", { topic }, message);
    if (status !== 204) throw this.#isAnother(status);
  }

  /** Asks who handles the topic. */
  async request(
    topic: string,
    message: unknown,
    { timeout }: { readonly timeout?: number } = {},
  ): Promise<unknown> {
    const query = { topic, ...timeout ? { timeout: String(timeout) } : {} };
    const response = await this.#call("POST", "request", query, message);
    return decode(await response.bytes());
  }

  /** What passes, until `signal` fires or the process stops. */
  async spy(
    pattern: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Pick<Delivery, "topic" | "message">>> {
    const response = await this.#call("GET", "spy", { topic: pattern });
    const lines = response.body!.pipeThrough(new TextLineStream()).getReader();
    const cancel = () => void lines.cancel().catch(() => {}); // it has ended
    signal.addEventListener("abort", cancel, { once: true });
    await lines.read(); // an empty one: it listens
    return heard(lines, this.#url);
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
        ...method === "POST" ? { body: encode(message) } : {},
      },
    ).catch((cause) => {
      throw unavailable(this.#url, cause);
    });
    if (response.ok) return response;
    const { code, message: why } = parsed(await response.text());
    if (typeof code !== "string") throw this.#isAnother(response.status);
    throw new CaryatidError(code as ErrorCode, String(why));
  }

  /** The port of a process that was killed may be anybody's by now. */
  #isAnother(status: number): CaryatidError {
    const found = `found HTTP status ${status} of something else`;
    return unavailable(this.#url, new Error(found));
  }
}

async function* heard(
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
      const [topic, message] = decoded as [string, unknown];
      yield { topic, message };
    }
  } finally {
    await lines.cancel().catch(() => {}); // what broke it has been told
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {}; // what it lacks is told
  }
}

function unavailable(
  where: string,
  cause: unknown,
  why = innermost(cause).message,
): CaryatidError {
  return new CaryatidError(
    "BUS_UNAVAILABLE",
    `Cannot reach the process of "${where}": ${why}`,
    { cause, hint: "is it running, with a [module.control]?" },
  );
}

/** Of what `fetch` says, only the cause tells something. */
function innermost(error: unknown): Error {
  const { cause } = error as Error;
  return cause instanceof Error ? innermost(cause) : error as Error;
}
