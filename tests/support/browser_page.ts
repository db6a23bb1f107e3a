import { type DevTools, type Json, within } from "./dev_tools.ts";

/** One page. */
export class BrowserPage {
  /** Reported errors and requests that a policy blocked. */
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

  /** Enables the events of the page. */
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

  /** Opens a URL, and waits until it is loaded. */
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

  /** Returns the value of a JavaScript expression, or of its promise. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.#ask("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  /** Returns the used bytes of the heap after a garbage collection. */
  async heapUsed(): Promise<number> {
    await this.#ask("HeapProfiler.collectGarbage");
    const { usedSize } = await this.#ask("Runtime.getHeapUsage");
    return Number(usedSize);
  }

  /** Returns a picture of the page, as PNG. */
  async screenshot(): Promise<Uint8Array> {
    const { data } = await this.#ask("Page.captureScreenshot");
    return Uint8Array.fromBase64(String(data));
  }

  #ask(method: string, params: Json = {}): Promise<Json> {
    return this.#devTools.ask(method, params, this.#session);
  }
}
