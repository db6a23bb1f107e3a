// Loaded now, because parts of Node.js that load later would miss the removed
// members of `Deno`.
import "node:process";
import type process from "node:process";
import { importPinned } from "../../platform/pinned_import.ts";
import type { Link } from "../wire/link.ts";
import { PipeLink } from "../wire/pipe_link.ts";
import { type Port, PortLink } from "../wire/port_link.ts";
import { stdioPipes } from "./stdio_pipes.ts";
import { GuestRuntime, type GuestRuntimeOptions } from "./guest_runtime.ts";
import { closeDescriptors } from "./closed_descriptors.ts";
import { guardImports, type GuardOptions } from "./import_guard.ts";
import { lockIntrinsics } from "./locked_intrinsics.ts";
import { restrictGlobals } from "./restricted_globals.ts";

/** Maximum size of a batch, in bytes. The host is trusted. */
const MOST_BATCH = 2 ** 31;

/** Text that the file of a module must have. */
export interface Pin {
  /** Absolute location of the file. */
  readonly specifier: string;
  /** Hash that the text must have. */
  readonly integrity: string;
  /** Text as it was read. */
  readonly text: string;
}

/** Options of {@linkcode startRuntime} that the host sets for the code. */
export interface GuestStart extends GuardOptions {
  readonly pin?: Pin | undefined;
}

/**
 * Removes everything that would let code leave its guest, then connects to the
 * host. The module's own code loads afterwards. A guest that runs a bus passes
 * `makeBus`, one that traces `tracing`.
 */
export function startRuntime(
  isolation: "worker" | "process",
  load: () => Promise<{ readonly default: unknown }>,
  { pin, ...guard }: GuestStart,
  parts: Pick<GuestRuntimeOptions, "makeBus" | "tracing"> = {},
): void {
  const { inspect, memoryUsage } = Deno;
  const { cpuUsage } = Deno as unknown as Pick<typeof process, "cpuUsage">;
  const exit = Deno.exit.bind(Deno);
  const loadModule = async () => (await load()).default;
  const runtime = new GuestRuntime({
    link: isolation === "worker" ? workerLink() : processLink(),
    load: pin ? () => loadPinned(pin, loadModule) : loadModule,
    inspect,
    memory: () => memoryUsage().rss,
    cpu: () => {
      const { user, system } = cpuUsage();
      return Math.round((user + system) / 1000);
    },
    onHostGone: () => exit(0),
    ...parts,
  });
  if (isolation === "worker") closeDescriptors(guard.grants);
  guardImports(guard);
  restrictGlobals();
  lockIntrinsics();
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
