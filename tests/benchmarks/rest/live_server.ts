/**
 * The server side of the live benchmark, a separate process: live routes, or
 * with the argument `bare` a loop over streams on `Deno.serve`. It reads a
 * command per line, and prints answers after `>` among its log lines.
 *
 * Each message has the time at which it was published, by a clock that all
 * processes of the machine share.
 */
import { liveConfig, liveRoutes } from "@caryatid/modules/rest-server/live";
import { Process } from "@caryatid/process";
import { defineModule, type Module } from "@caryatid/sdk";
import { yieldToEventLoop } from "@caryatid/sdk/internal/bus";
import { answerCommands } from "./companion.ts";

interface Subject {
  readonly port: number;
  publish(message: unknown): Promise<void>;
}

const HERE = { hostname: "0.0.0.0", port: 0, onListen: () => {} };

async function live(): Promise<Subject> {
  let port = 0;
  const browsers = defineModule({
    name: "browsers",
    config: liveConfig,
    init(context, config) {
      const live = liveRoutes(context, { config });
      port = Deno.serve(HERE, live.fetch).addr.port;
    },
  }) as Module;
  const settings = {
    subscribe: ["#"],
    "max-clients": 20_000,
    heartbeat: 3_600,
    buffer: 100,
  };
  const process = await Process.create({
    config: { module: { browsers: settings } },
    modules: [browsers],
  });
  await process.start();
  return {
    port,
    publish: (message) => process.context.publish("bench.tick", message),
  };
}

function bare(): Subject {
  const encoder = new TextEncoder();
  const controllers = new Set<ReadableStreamDefaultController>();
  const { addr } = Deno.serve(HERE, () => {
    let own: ReadableStreamDefaultController;
    const body = new ReadableStream({
      start(controller) {
        own = controller;
        controllers.add(controller);
        controller.enqueue(encoder.encode("retry: 2000\n\n"));
      },
      cancel: () => void controllers.delete(own),
    });
    const headers = { "content-type": "text/event-stream" };
    return new Response(body, { headers });
  });
  return {
    port: addr.port,
    publish(message) {
      const bytes = encoder.encode(`data: ${JSON.stringify({ message })}\n\n`);
      for (const controller of controllers) controller.enqueue(bytes);
      return Promise.resolve();
    },
  };
}

async function collect(): Promise<void> {
  const { gc } = globalThis as { gc?: () => void };
  for (let turn = 0; turn < 3; turn++) {
    gc?.();
    await yieldToEventLoop();
  }
}

const subject = Deno.args[0] === "bare" ? bare() : await live();

await answerCommands({
  port: () => Promise.resolve(subject.port),
  async memory() {
    await collect();
    const { rss, heapUsed } = Deno.memoryUsage();
    return `${rss} ${heapUsed}`;
  },
  async publish(padding) {
    const time = performance.timeOrigin + performance.now();
    await subject.publish({ time, padding: "x".repeat(Number(padding)) });
    return "published";
  },
});
