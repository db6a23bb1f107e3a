import { CaryatidError, type Module } from "@caryatid/sdk";
import { Classes } from "../../classes.ts";
import type { ModuleConfig } from "../../config/process_config.ts";
import { readConfig } from "../../config/read_config.ts";
import type { Importers } from "../../loader.ts";
import { logError } from "../../outcome.ts";
import type { Process } from "../../process.ts";
import { NewSources } from "./new_sources.ts";
import type { SwapOrder } from "./swap_order.ts";

/** What it takes to find the code of modules anew. */
export interface WatchedParts extends Importers {
  /** The files. */
  readonly config: readonly URL[];
  /** The process of them that runs; all of them in one unless given. */
  readonly process?: string;
  /** Standard modules. */
  readonly modules: readonly Module[];
}

/**
 * Has modules of `process` swapped as the command that watches its files says, a line of standard input each. When there are no
 * more lines to come the process stops: the command wants another one, or is gone.
 */
export async function obey(
  process: Process,
  parts: WatchedParts,
): Promise<void> {
  const sources = new NewSources();
  for await (const line of linesOf(Deno.stdin.readable)) {
    const order: SwapOrder = JSON.parse(line);
    sources.add(order);
    for (const id of order.modules) await swap(process, id, parts);
  }
  await process.stop().catch(() => {}); // whoever runs it tells
}

async function swap(
  process: Process,
  id: string,
  parts: WatchedParts,
): Promise<void> {
  const { log } = process.context;
  try {
    const { modules } = await readConfig(parts.config, {
      process: parts.process,
    });
    const wanted = modules.find((module) => module.id === id);
    if (wanted === undefined) return; // the files have changed again: another order is to come
    const isIsolated = wanted.isolation !== "none";
    const module = isIsolated ? undefined : await moduleFor(wanted, parts);
    const begun = performance.now();
    await process.swap(id, module, { config: parts.config });
    const milliseconds = Math.ceil(performance.now() - begun);
    log.info("swapped {id} in {milliseconds} ms", { id, milliseconds });
  } catch (error) {
    const isStopping = error instanceof CaryatidError &&
      error.code === "ABORTED";
    if (!isStopping) logError(log, error);
  }
}

async function moduleFor(
  wanted: ModuleConfig,
  parts: WatchedParts,
): Promise<Module> {
  const classes = new Classes(parts, undefined);
  for (const module of parts.modules) classes.registerModule(module);
  return await classes.module(wanted);
}

/** However long they are: a line holds all the code of a module. */
async function* linesOf(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<string> {
  let parts: string[] = [];
  for await (const chunk of bytes.pipeThrough(new TextDecoderStream())) {
    const [first, ...rest] = chunk.split("\n");
    parts.push(first!);
    for (const start of rest) {
      yield parts.join("");
      parts = [start];
    }
  }
}
