const PROGRAM = "/usr/bin/chromium";
const PATIENCE = 20_000;

/** Why there is no browser, if so. */
export function chromiumUnavailable(): string | undefined {
  try {
    Deno.statSync(PROGRAM);
    return undefined;
  } catch {
    return `no chromium at ${PROGRAM}`;
  }
}

/** Registers a test in a browser; or an ignored one, whose name says why, where there is none. */
export function browserTest(
  name: string,
  fn: (browser: Chromium) => Promise<void>,
): void {
  const reason = chromiumUnavailable();
  if (reason) {
    Deno.test.ignore(`${name} (skipped: ${reason})`, () => {});
    return;
  }
  Deno.test(name, async () => {
    await using browser = await Chromium.start();
    await fn(browser);
  });
}

/** A headless Chromium, spoken to in its DevTools protocol. */
export class Chromium implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #folder: string;
  readonly #devTools: DevTools;
  readonly #output: Promise<void>;

  private constructor(
    child: Deno.ChildProcess,
    folder: string,
    devTools: DevTools,
    output: Promise<void>,
  ) {
    this.#child = child;
    this.#folder = folder;
    this.#devTools = devTools;
    this.#output = output;
  }

  /** Starts one, with a profile of its own. */
  static async start(): Promise<Chromium> {
    const folder = await Deno.makeTempDir();
    const child = new Deno.Command(PROGRAM, {
      args: [
        "--headless=new",
        "--no-sandbox", // CI is root in a container
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        "--hide-scrollbars",
        "--remote-debugging-port=0",
        `--user-data-dir=${folder}`,
        "about:blank",
      ],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const address = Promise.withResolvers<string>();
    const output = readLines(child.stderr, (line) => {
      const url = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (url) address.resolve(url);
    }).then(() => address.reject(new Error("Chromium ended")));
    output.catch(() => {});
    try {
      const devTools = await DevTools.connect(await within(address.promise));
      return new Chromium(child, folder, devTools, output);
    } catch (error) {
      child.kill("SIGKILL");
      await output.catch(() => {});
      throw error;
    }
  }

  /** Opens a page of that size, in pixels. */
  async open(url: string, width: number, height: number): Promise<Page> {
    const call = this.#devTools;
    const { targetId } = await call.ask("Target.createTarget", {
      url: "about:blank",
    });
    const { sessionId } = await call.ask("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    const page = new Page(call, String(sessionId));
    await page.prepare(width, height);
    await page.go(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#devTools.ask("Browser.close", {}).catch(() => {}); // it may close before it says so
    await within(this.#child.status);
    await this.#output.catch(() => {});
    await this.#devTools.closed;
    await removed(this.#folder);
  }
}

/** One page. */
export class Page {
  /** What it complained about: errors, and what a policy blocked. */
  readonly complaints: string[] = [];
  readonly #devTools: DevTools;
  readonly #session: string;

  /** `session` is the attached target's. */
  constructor(devTools: DevTools, session: string) {
    this.#devTools = devTools;
    this.#session = session;
    devTools.listen(session, "Runtime.exceptionThrown", (event) => {
      this.complaints.push(JSON.stringify(event["exceptionDetails"]));
    });
    devTools.listen(session, "Log.entryAdded", (event) => {
      this.complaints.push(JSON.stringify(event["entry"]));
    });
  }

  /** Turns on what it tells. */
  async prepare(width: number, height: number): Promise<void> {
    for (const domain of ["Page", "Runtime", "Log"]) {
      await this.#ask(`${domain}.enable`);
    }
    await this.#ask("Emulation.setDeviceMetricsOverride", {
      width,
      height,
      deviceScaleFactor: 1,
      mobile: false,
    });
  }

  /** Goes to a page, and waits until it is loaded. */
  async go(url: string): Promise<void> {
    const loaded = Promise.withResolvers<void>();
    this.#devTools.listen(this.#session, "Page.loadEventFired", () => {
      loaded.resolve();
    });
    await this.#ask("Page.navigate", { url });
    await within(loaded.promise);
  }

  /** Resolves with the text of the element, as soon as it matches. */
  async until(selector: string, pattern: RegExp): Promise<string> {
    const expression = `new Promise((resolve) => {
      const look = () => {
        const text = document.querySelector(${JSON.stringify(selector)})
          ?.textContent ?? "";
        if (!${pattern}.test(text)) return;
        observer.disconnect();
        resolve(text);
      };
      const observer = new MutationObserver(look);
      const all = { subtree: true, childList: true, characterData: true };
      observer.observe(document, all);
      look();
    })`;
    return String(await this.evaluate(expression));
  }

  /** Writes into a field, as a person does, and presses Enter if `enter`. */
  async type(selector: string, text: string, enter = false): Promise<void> {
    const focus = `document.querySelector(${JSON.stringify(selector)}).focus()`;
    await this.evaluate(focus);
    await this.#ask("Input.insertText", { text });
    if (!enter) return;
    const key = { key: "Enter", code: "Enter", windowsVirtualKeyCode: 13 };
    await this.#ask("Input.dispatchKeyEvent", {
      type: "keyDown",
      text: "\r",
      ...key,
    });
    await this.#ask("Input.dispatchKeyEvent", { type: "keyUp", ...key });
  }

  /** The value of a JavaScript expression, or of its promise. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#ask("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  /** A picture of it, as PNG. */
  async screenshot(): Promise<Uint8Array> {
    const { data } = await this.#ask("Page.captureScreenshot");
    return Uint8Array.fromBase64(String(data));
  }

  #ask(method: string, params: Json = {}): Promise<Json> {
    return this.#devTools.ask(method, params, this.#session);
  }
}

type Json = Readonly<Record<string, unknown>>;

/** The DevTools protocol: questions by number, and events. */
class DevTools {
  readonly closed: Promise<void>;
  readonly #socket: WebSocket;
  readonly #asked = new Map<number, PromiseWithResolvers<Json>>();
  readonly #listeners = new Map<string, (event: Json) => void>();
  #count = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.onclose = () => resolve());
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    this.closed.then(() => {
      for (const asked of this.#asked.values()) {
        asked.reject(new Error("Chromium has closed"));
      }
    });
  }

  static async connect(url: string): Promise<DevTools> {
    const socket = new WebSocket(url);
    const devTools = new DevTools(socket);
    await within(new Promise((resolve) => socket.onopen = resolve));
    return devTools;
  }

  ask(method: string, params: Json, sessionId?: string): Promise<Json> {
    const id = ++this.#count;
    const asked = Promise.withResolvers<Json>();
    this.#asked.set(id, asked);
    this.#socket.send(JSON.stringify({ id, method, params, sessionId }));
    return within(asked.promise);
  }

  listen(session: string, method: string, heard: (event: Json) => void): void {
    this.#listeners.set(`${session} ${method}`, heard);
  }

  #take(message: {
    id?: number;
    sessionId?: string;
    method?: string;
    params?: Json;
    result?: Json;
    error?: { message: string };
  }): void {
    const { id, sessionId, method, params = {}, result, error } = message;
    if (id === undefined) {
      this.#listeners.get(`${sessionId} ${method}`)?.(params);
      return;
    }
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result ?? {});
  }
}

/** Processes of the browser may still write there while they end. */
async function removed(folder: string): Promise<void> {
  for (let left = 20;; left--) {
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    lines.forEach(take);
  }
}

async function within<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`Chromium took over ${PATIENCE} ms`)),
    PATIENCE,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
