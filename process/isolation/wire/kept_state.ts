import { CaryatidError } from "@caryatid/sdk";
import { encode } from "../../codec/mod.ts";
import { type Frame, FROM_GUEST } from "./frames.ts";
import { toWireError } from "./wire_error.ts";

/**
 * Returns the frame by which a guest sends the state that its code keeps, or
 * the reason why the state cannot be kept.
 */
export async function keptFrame(
  state: () => Promise<unknown>,
  messageSize: number,
): Promise<Frame> {
  try {
    const value = await state();
    if (value === undefined) return [FROM_GUEST.kept, null, null];
    checkState(value, messageSize);
    return [FROM_GUEST.kept, null, [value]];
  } catch (error) {
    return [FROM_GUEST.kept, toWireError(error), null];
  }
}

/**
 * Checks that a state can cross the bridge.
 *
 * @throws {CaryatidError} `NOT_ENCODABLE` if it is not data, `STATE_NOT_KEPT`
 * if it is over `messageSize` bytes
 */
export function checkState(state: unknown, messageSize: number): void {
  const size = encode(state, { name: "state" }).length;
  if (size <= messageSize) return;
  throw new CaryatidError(
    "STATE_NOT_KEPT",
    `Cannot keep the state: found ${size} bytes; expected at most ${messageSize}`,
    { hint: "Raise limits.message-size of the module, or keep less." },
  );
}
