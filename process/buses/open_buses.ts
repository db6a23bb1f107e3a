import {
  CaryatidError,
  type MessageBus,
  type OpenOptions,
} from "@caryatid/sdk";
import { describeFailure } from "@caryatid/sdk/bus";
import { untilAborted } from "../until_aborted.ts";

/** Promises that a bus has settled, and more, when it says why it isn't open. */
const SETTLED_BY = 100;

/** Opens all. Rejects as soon as one of them does, with its id, and why. */
export async function openBuses(
  buses: ReadonlyMap<string, MessageBus>,
  options: OpenOptions,
): Promise<void> {
  await Promise.all([...buses].map(([id, bus]) => openOne(id, bus, options)));
}

async function openOne(
  id: string,
  bus: MessageBus,
  options: OpenOptions,
): Promise<void> {
  const { signal } = options;
  const opening = bus.open(options);
  try {
    await (signal ? untilGivenUp(opening, signal) : opening);
  } catch (error) {
    throw openError(id, error);
  }
}

/** A bus knows best why it isn't open; one that doesn't mind the signal is given up a moment later. */
async function untilGivenUp(
  opening: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await untilAborted(opening, signal);
  } catch {
    await Promise.race([opening, givenUp()]);
  }
}

async function givenUp(): Promise<never> {
  for (let settled = 0; settled < SETTLED_BY; settled++) await undefined;
  throw new Error("it isn't open yet");
}

function openError(id: string, error: unknown): CaryatidError {
  const cause = error instanceof CaryatidError ? error : new CaryatidError(
    "BUS_UNAVAILABLE",
    describeFailure(error).message,
    { cause: error },
  );
  const why = cause.message.replace(/^Cannot /, "it cannot ");
  return new CaryatidError(cause.code, `Cannot open bus "${id}": ${why}`, {
    hint: cause.hint,
    cause,
  });
}
