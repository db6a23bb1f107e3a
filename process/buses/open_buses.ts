import {
  CaryatidError,
  type MessageBus,
  type OpenOptions,
} from "@caryatid/sdk";

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

/** A bus knows best why it isn't open; one that doesn't mind the signal is given up a turn later. */
async function untilGivenUp(
  opening: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const { promise: givenUp, reject } = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const abort = () => {
    // Deno calls a listener, too, that was taken off while the signal fires.
    if (over) return;
    timer = setTimeout(() => reject(new Error("it isn't open yet")), 0);
  };
  signal.addEventListener("abort", abort, { once: true });
  if (signal.aborted) abort();
  try {
    await Promise.race([opening, givenUp]);
  } finally {
    over = true;
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}

function openError(id: string, error: unknown): CaryatidError {
  const cause = error instanceof CaryatidError ? error : new CaryatidError(
    "BUS_UNAVAILABLE",
    error instanceof Error ? error.message : String(error),
    { cause: error },
  );
  const why = cause.message.replace(/^Cannot /, "it cannot ");
  return new CaryatidError(cause.code, `Cannot open bus "${id}": ${why}`, {
    hint: cause.hint,
    cause,
  });
}
