import { CaryatidError, type Module } from "@caryatid/sdk";
import type { Process } from "@caryatid/process";
import {
  type ModuleConfig,
  readConfig,
} from "@caryatid/process/internal/config";
import { type Importers, Registry } from "@caryatid/process/internal/loading";
import { logError } from "@caryatid/process/internal/logging";
import { TextLineStream } from "../deno/lines.ts";
import { NewSources, type SwapOrder } from "./new_sources.ts";

/** Options of {@linkcode swapOnInput}. */
export interface SwapOptions extends Importers {
  /** Configuration files. */
  readonly config: readonly URL[];
  /**
   * The `[process.<name>]` that runs; all of them in one process unless set.
   */
  readonly process?: string;
  /** Prefix of variables that override the configuration (CARYATID). */
  readonly envPrefix?: string;
  /** Names of variables to look up. */
  readonly variables?: readonly string[];
  /** Standard modules. */
  readonly modules: readonly Module[];
}

/**
 * Swaps modules as each line of standard input orders. The process stops when
 * the input ends: the command starts another one, or has ended.
 */
export async function swapOnInput(
  process: Process,
  options: SwapOptions,
): Promise<void> {
  const sources = new NewSources();
  // Of any length: a line contains all code of a module.
  const lines = Deno.stdin.readable.pipeThrough(new TextLineStream(Infinity));
  for await (const line of lines) {
    const order = parseOrder(line);
    if (order === undefined) break;
    sources.add(order);
    for (const id of order.modules) await swap(process, id, options);
  }
  await process.stop().catch(() => {}); // `main` reports the error
}

/**
 * Returns undefined for an incomplete line: the command has ended while it
 * wrote.
 */
function parseOrder(line: string): SwapOrder | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function swap(
  process: Process,
  id: string,
  options: SwapOptions,
): Promise<void> {
  const { log } = process.context;
  try {
    const { modules } = await readConfig(options.config, {
      process: options.process,
      envPrefix: options.envPrefix,
      variables: options.variables,
    });
    const wanted = modules.find((module) => module.id === id);
    // the files have changed again: another order follows
    if (wanted === undefined) return;
    const isIsolated = wanted.isolation !== "none";
    const module = isIsolated ? undefined : await loadModule(wanted, options);
    const start = performance.now();
    await process.swap(id, module, { config: options.config });
    const milliseconds = Math.ceil(performance.now() - start);
    log.info("swapped {id} in {milliseconds} ms", { id, milliseconds });
  } catch (error) {
    const isStopping = error instanceof CaryatidError &&
      error.code === "ABORTED";
    if (!isStopping) logError(log, error);
  }
}

async function loadModule(
  wanted: ModuleConfig,
  options: SwapOptions,
): Promise<Module> {
  const registry = new Registry(options, undefined);
  for (const module of options.modules) registry.registerModule(module);
  return await registry.module(wanted);
}
