import type { AttemptGroup } from "../attempt.ts";

const CHANNEL = "escape";
const SCOPE = globalThis as unknown as Record<string, unknown>;

/** Attempts to reach other guests and the host without topics. */
export const neighbours: AttemptGroup = {
  title: "Other guests and threads",
  attempts: [
    {
      name: "sends on a BroadcastChannel",
      attempt() {
        const channel = new BroadcastChannel(CHANNEL);
        channel.postMessage("secret");
        channel.close();
        return "said";
      },
    },
    {
      name: "stores data in the Cache",
      async attempt() {
        const cache = await caches.open(CHANNEL);
        await cache.put("http://x.example/", new Response("secret"));
        return "left";
      },
      uncontrolled: true, // it would stay on the machine
    },
    {
      name: "stores data in localStorage",
      attempt() {
        localStorage.setItem("escape", "secret");
        return "left";
      },
      uncontrolled: true,
    },
    {
      name: "stores data in sessionStorage",
      attempt() {
        sessionStorage.setItem("escape", "secret");
        return "left";
      },
      uncontrolled: true,
    },
    {
      name: "opens an indexedDB",
      attempt: () =>
        (SCOPE["indexedDB"] as { open(name: string): unknown }).open("x"),
      uncontrolled: true, // Deno has none
    },
    {
      name: "takes a lock of navigator.locks",
      attempt: async () =>
        await (navigator as unknown as {
          locks: { request(name: string, held: () => string): unknown };
        })
          .locks.request(CHANNEL, () => "held"),
    },
    {
      name: "starts a Worker with all of its permissions",
      attempt() {
        const options = { type: "module", deno: { permissions: "inherit" } };
        new Worker("data:text/javascript,", options as WorkerOptions)
          .terminate();
        return "started";
      },
    },
    {
      name: "starts a Worker with node:worker_threads",
      async attempt() {
        const { Worker } = await import("node:worker_threads");
        await new Worker("0", { eval: true }).terminate();
        return "started";
      },
    },
    {
      name: "starts a Worker of node:worker_threads after a static import",
      alone: true,
      uncontrolled: true,
      module: 'import { Worker } from "node:worker_threads";' +
        'new Worker("0", { eval: true }).unref(); export default "a thread";',
    },
    {
      name: "starts a SharedWorker",
      attempt: () =>
        new (SCOPE["SharedWorker"] as new (url: string) => unknown)("data:,"),
      uncontrolled: true, // Deno has none
    },
    {
      name: "registers a ServiceWorker",
      attempt: () =>
        (navigator as unknown as {
          serviceWorker: { register(url: string): unknown };
        })
          .serviceWorker.register("data:,"),
      uncontrolled: true, // Deno has none
    },
    {
      name: "shares memory in a message",
      attempt: (_, context) =>
        context.publish("granted.memory", new SharedArrayBuffer(8))
          .then(() => "shared"),
      uncontrolled: true, // the bus in memory takes anything
    },
    {
      name: "shares WebAssembly memory in a message",
      attempt: (_, context) => {
        const limits = { initial: 1, maximum: 1, shared: true };
        const { buffer } = new WebAssembly.Memory(limits);
        return context.publish("granted.memory", buffer).then(() => "shared");
      },
      uncontrolled: true,
    },
    {
      name: "sends a MessagePort in a message",
      attempt(_, context) {
        const { port1, port2 } = new MessageChannel();
        port1.close();
        port2.close();
        return context.publish("granted.port", port2).then(() => "sent");
      },
      uncontrolled: true,
    },
    {
      name: "infers the load of other programs from the time that a loop takes",
      worker: "open",
      process: "open",
      walls: "contained",
      harmless: true,
      why: "all programs of a machine share its cores, and a guest has the " +
        "clock resolution of Deno",
      attempt() {
        const begin = performance.now();
        for (let i = 0; i < 1e5; i++);
        return `${performance.now() - begin} ms`;
      },
    },
  ],
};
