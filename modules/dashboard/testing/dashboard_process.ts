import { Process, type ProcessOptions } from "@caryatid/process";
import type { Module } from "@caryatid/sdk";
import { freePort } from "../../../tests/broker/free_port.ts";
import dashboard from "../mod.ts";
import { EventReader } from "./event_reader.ts";

/** A process with a dashboard on a free port. */
export class DashboardProcess implements AsyncDisposable {
  readonly process: Process;
  readonly url: string;
  readonly #readers: EventReader[] = [];

  private constructor(process: Process, url: string) {
    this.process = process;
    this.url = url;
  }

  /** Starts it with these modules; `section` is that of the dashboard. */
  static async start(
    modules: readonly Module[] = [],
    section: Readonly<Record<string, unknown>> = {},
    options: Partial<ProcessOptions> = {},
  ): Promise<DashboardProcess> {
    const port = freePort();
    const own = Object.fromEntries(modules.map(({ name }) => [name, {}]));
    const process = await Process.create({
      ...options,
      config: [
        {
          module: { dashboard: { port, ...section }, ...own },
          log: { level: "error" },
        },
        ...[options.config ?? []].flat(),
      ],
      modules: [dashboard, ...modules],
      env: {},
    });
    await process.start();
    const subject = new DashboardProcess(process, `http://127.0.0.1:${port}`);
    await subject.get("/").then((response) => response.body?.cancel());
    return subject;
  }

  /** Fetches a path, again until the server listens. */
  async get(path: string, init: RequestInit = {}): Promise<Response> {
    for (;;) {
      try {
        return await fetch(this.url + path, init);
      } catch (error) {
        if (!/refused/.test((error as Error).message)) throw error;
      }
    }
  }

  /** Posts JSON, as the page does. */
  post(path: string, body: unknown): Promise<Response> {
    return this.get(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }

  /** Opens the stream of a page. */
  async page(query = "", init: RequestInit = {}): Promise<EventReader> {
    const reader = new EventReader(await this.get(`/events${query}`, init));
    this.#readers.push(reader);
    return reader;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.close()));
    await this.process.stop();
  }
}
