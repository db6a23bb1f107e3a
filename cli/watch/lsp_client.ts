import { CaryatidError } from "@caryatid/sdk";
import { denoCommand, PLAIN } from "../deno/deno_command.ts";

/** A message of JSON-RPC. */
interface Message {
  readonly id?: number | string;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

const TEXT = new TextEncoder();
const HEADER = /^Content-Length: (\d+)\r\n(?:[^\r]+\r\n)*\r\n/i;
/** Longest header, in bytes. */
const MAX_HEADER = 200;

/** Client of `deno lsp`, the language server of Deno, over its pipes. */
export class LspClient implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #settings: unknown;
  readonly #waiting = new Map<
    number | string,
    PromiseWithResolvers<unknown>
  >();
  readonly #ended: Promise<void>;
  #next = 1;
  #over = false;

  /** Starts the server. `settings` answers its questions for `deno`. */
  constructor(settings: unknown) {
    this.#settings = settings;
    this.#child = denoCommand(["lsp"], {
      env: { ...PLAIN, DENO_NO_UPDATE_CHECK: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    // Open requests reject with the end, whatever its reason.
    this.#ended = this.#read().catch(() => {}).then(() => this.#end());
  }

  /** Sends a request and resolves with its result. */
  async request(method: string, params: unknown): Promise<unknown> {
    if (this.#over) throw endedError();
    const id = this.#next++;
    const answer = Promise.withResolvers<unknown>();
    this.#waiting.set(id, answer);
    this.#send({ id, method, params });
    return await answer.promise;
  }

  /** Sends a notification, which has no answer. */
  notify(method: string, params: unknown): void {
    this.#send({ method, params });
  }

  /** Ends the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await this.#child.status;
    await this.#ended;
    await this.#input.abort().catch(() => {}); // the pipe may be broken
  }

  #send(message: Message): void {
    const body = TEXT.encode(JSON.stringify({ jsonrpc: "2.0", ...message }));
    const head = TEXT.encode(`Content-Length: ${body.length}\r\n\r\n`);
    const all = new Uint8Array(head.length + body.length);
    all.set(head);
    all.set(body, head.length);
    this.#input.write(all).catch(() => {}); // `#ended` rejects the requests
  }

  async #read(): Promise<void> {
    let rest = new Uint8Array();
    for await (const chunk of this.#child.stdout) {
      rest = joined(rest, chunk);
      for (;;) {
        const head = HEADER.exec(
          new TextDecoder().decode(rest.subarray(0, MAX_HEADER)),
        );
        if (head === null) break;
        const end = head[0].length + Number(head[1]);
        if (rest.length < end) break;
        const body = rest.subarray(head[0].length, end);
        rest = rest.slice(end);
        this.#receive(JSON.parse(new TextDecoder().decode(body)));
      }
    }
  }

  #receive({ id, method, params, result, error }: Message): void {
    if (id === undefined) return;
    if (method !== undefined) {
      return this.#send({ id, result: this.#answerTo(method, params) });
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error === undefined) waiting?.resolve(result);
    else waiting?.reject(new CaryatidError("LOAD_FAILED", error.message));
  }

  #answerTo(method: string, params: unknown): unknown {
    if (method !== "workspace/configuration") return null;
    const { items } = params as {
      readonly items: readonly { readonly section?: string }[];
    };
    return items.map(({ section }) =>
      section === "deno" ? this.#settings : null
    );
  }

  #end(): void {
    this.#over = true;
    for (const { reject } of this.#waiting.values()) reject(endedError());
    this.#waiting.clear();
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

function endedError(): CaryatidError {
  return new CaryatidError(
    "LOAD_FAILED",
    "Cannot check types: the language server of Deno has ended",
  );
}
