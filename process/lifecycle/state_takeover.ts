import { CaryatidError, type Log } from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";
import type { ModuleContext } from "@caryatid/sdk/internal/host";
import { decode, encode } from "../codec/mod.ts";

/** Maximum size of a state, in bytes as CBOR. */
const MAX_STATE = 1024 * 1024;

/** Maximum time in which code returns its state, in milliseconds. */
const KEEP_TIME = 2_000;

/**
 * Returns a copy of the state that replaced code keeps for its successor;
 * undefined if it keeps none. A state that cannot be kept is logged.
 */
export async function takeOverState(
  context: ModuleContext,
  log: Log,
): Promise<unknown> {
  try {
    const state = await inKeepTime(context.kept());
    if (state === undefined) return undefined;
    const bytes = encode(state, { name: "state" });
    if (bytes.length > MAX_STATE) throw tooLarge(bytes.length);
    return decode(bytes);
  } catch (error) {
    log.warn("[STATE_NOT_KEPT] continuing without the state: {reason}", {
      code: "STATE_NOT_KEPT",
      reason: describeFailure(error).message,
    });
    return undefined;
  }
}

async function inKeepTime(state: Promise<unknown>): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const found = `found no state after ${KEEP_TIME} ms`;
      reject(
        new CaryatidError("STATE_NOT_KEPT", `Cannot keep the state: ${found}`),
      );
    }, KEEP_TIME);
  });
  try {
    return await Promise.race([state, late]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLarge(size: number): CaryatidError {
  return new CaryatidError(
    "STATE_NOT_KEPT",
    `Cannot keep the state: found ${size} bytes; expected at most ${MAX_STATE}`,
  );
}
