import { BrowserPage } from "./browser_page.ts";
import { DevTools, within } from "./dev_tools.ts";

const PROGRAM = "/usr/bin/chromium";

/** Returns the reason why no browser is available, or undefined. */
export function chromiumUnavailable(): string | undefined {
  try {
    Deno.statSync(PROGRAM);
    return undefined;
  } catch {
    return `no chromium at ${PROGRAM}`;
  }
}

/**
 * Registers a test in a browser. If no browser is available, the test is
 * ignored and its name contains the reason.
 */
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

/** A headless Chromium, controlled by the DevTools protocol. */
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

  /** Starts a browser with a new profile. */
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
    output.catch(() => {}); // handles the rejection
    try {
      const devTools = await DevTools.connect(await within(address.promise));
      return new Chromium(child, folder, devTools, output);
    } catch (error) {
      child.kill("SIGKILL");
      await output.catch(() => {}); // the first error says more
      throw error;
    }
  }

  /** Opens a page of this size, in pixels. */
  async open(url: string, width: number, height: number): Promise<BrowserPage> {
    const call = this.#devTools;
    const { targetId } = await call.ask("Target.createTarget", {
      url: "about:blank",
    });
    const { sessionId } = await call.ask("Target.attachToTarget", {
      targetId,
      flatten: true,
    });
    const page = new BrowserPage(call, String(sessionId));
    await page.prepare(width, height);
    await page.go(url);
    return page;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // the browser can close before it answers
    this.#devTools.ask("Browser.close", {}).catch(() => {});
    await within(this.#child.status);
    await this.#output.catch(() => {});
    await this.#devTools.closed;
    await removed(this.#folder);
  }
}

/**
 * Removes the folder; processes of the browser may still write to it while they
 * end.
 */
async function removed(folder: string): Promise<void> {
  for (let left = 300;; left--) {
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
