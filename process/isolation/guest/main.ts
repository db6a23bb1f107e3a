/**
 * The first code of every guest. It is trusted: it takes away what would let the module out, before the module's own code is
 * loaded.
 *
 * @module
 */
// What of Node is loaded later would miss what is taken from `Deno` here.
import "node:process";
import { importPinned } from "../../pinned_import.ts";
import type { Link } from "../link.ts";
import { PipeLink } from "../pipe_link.ts";
import { type Port, PortLink } from "../port_link.ts";
import { stdioPipes } from "./stdio_pipes.ts";
import { GuestRuntime } from "./guest_runtime.ts";
import { guardImports } from "./import_guard.ts";
import { restrictGlobals } from "./restricted_globals.ts";

/** The host is trusted, its batches may have any size. */
const MOST_BATCH = 2 ** 31;

/** What the file of a module must be. */
export interface Pin {
  /** Where it is. */
  readonly specifier: string;
  /** The hash of its text. */
  readonly integrity: string;
  /** Its text, as it is. */
  readonly text: string;
}

/** Runs the module that is the default export of what `load` imports, for the host at the other end; only if it is what `pin` says. */
export function startGuest(
  isolation: "worker" | "process",
  load: () => Promise<{ readonly default: unknown }>,
  pin?: Pin,
): void {
  const { inspect, memoryUsage } = Deno;
  const exit = Deno.exit.bind(Deno);
  const loadModule = async () => (await load()).default;
  const runtime = new GuestRuntime({
    link: isolation === "worker" ? workerLink() : processLink(),
    load: pin ? () => loadPinned(pin, loadModule) : loadModule,
    inspect,
    memory: () => memoryUsage().rss,
    onHostGone: () => exit(0),
  });
  guardImports();
  restrictGlobals();
  runtime.start();
}

function loadPinned(
  { specifier, integrity, text }: Pin,
  load: () => Promise<unknown>,
): Promise<unknown> {
  const read = () => Promise.resolve({ text, load });
  return importPinned(specifier, integrity, read);
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
