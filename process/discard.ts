import type { Module } from "@caryatid/sdk";

/** Ends what an isolated module has started, to be checked or to run; others have nothing that outlives their context. */
export async function discard(module: Module): Promise<void> {
  await (module as Partial<AsyncDisposable>)[Symbol.asyncDispose]?.();
}
