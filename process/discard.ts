import type { Module } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";

/** Ends what an isolated module or bus has started, to be checked or to run; others have nothing that outlives their context. */
export async function discard(code: Module | BusClass): Promise<void> {
  await (code as Partial<AsyncDisposable>)[Symbol.asyncDispose]?.();
}

/** What an isolated module has started doesn't end with its context, but stays until it is discarded: it may be needed again. */
export function setAside(module: Module & { setAside?(): void }): void {
  module.setAside?.();
}
