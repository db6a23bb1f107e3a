/**
 * The first code of every guest. It is trusted: it takes away what would let the module out, before the module's own code is
 * loaded.
 *
 * @module
 */
// What of Node is loaded later would miss what is taken from `Deno` here.
import "node:process";
import type { Link } from "../link.ts";
import { PipeLink } from "../pipe_link.ts";
import { type Port, PortLink } from "../port_link.ts";
import { stdioPipes } from "../stdio_pipes.ts";
import { GuestRuntime } from "./guest_runtime.ts";
import { restrictGlobals } from "./restricted_globals.ts";

/** The host is trusted, its batches may have any size. */
const MOST_BATCH = 2 ** 31;

/** Runs the module that `load` imports, for the host at the other end. */
export function startGuest(
  isolation: "worker" | "process",
  load: () => Promise<unknown>,
): void {
  const { inspect, memoryUsage } = Deno;
  const exit = Deno.exit.bind(Deno);
  const runtime = new GuestRuntime({
    link: isolation === "worker" ? workerLink() : processLink(),
    load,
    inspect,
    memory: () => memoryUsage().rss,
    onHostGone: () => exit(0),
  });
  restrictGlobals();
  runtime.start();
}

function workerLink(): Link {
  const self = globalThis as unknown as Port;
  const postMessage = self.postMessage.bind(self);
  const port: Port = { postMessage, onmessage: null };
  addEventListener(
    "message",
    (event) => port.onmessage?.(event as MessageEvent),
  );
  return new PortLink(port);
}

function processLink(): Link {
  return new PipeLink(stdioPipes(), MOST_BATCH);
}
