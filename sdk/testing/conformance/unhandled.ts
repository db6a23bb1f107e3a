import { inspect } from "node:util";
import { turn } from "./within.ts";

/**
 * Runs `check`, and fails if meanwhile a promise rejects that nobody handles: it would end the process of a user, and here the
 * whole test run.
 */
export async function withoutUnhandled(
  check: () => Promise<void>,
): Promise<void> {
  if (!("Deno" in globalThis)) return await check(); // node:test fails such a test by itself
  let first: { readonly reason: unknown } | undefined;
  const notice = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    first ??= { reason: event.reason };
  };
  globalThis.addEventListener("unhandledrejection", notice);
  try {
    await check();
    await turn(); // unhandled rejections are told once per turn
  } finally {
    globalThis.removeEventListener("unhandledrejection", notice);
  }
  if (first === undefined) return;
  throw new Error(
    "A promise rejected that nobody can handle: " +
      inspect(first.reason),
    { cause: first.reason },
  );
}
