import { describeFailure } from "../bus/remote_failure.ts";
import { CaryatidError } from "../errors.ts";
import type { Topics } from "../topics.ts";

const DOING: Readonly<Record<keyof Topics, string>> = {
  publish: "publish on",
  subscribe: "subscribe to",
  request: "request on",
  handle: "handle",
  groups: "join the group",
};

/** Error of an `init` that failed. */
export function initFailedError(id: string, cause: unknown): CaryatidError {
  return new CaryatidError(
    "INIT_FAILED",
    `Cannot initialize module "${id}": ${describeFailure(cause).message}`,
    { cause },
  );
}

/** Error of a module that is still busy after `timeout` ms. */
export function notSettledError(
  id: string,
  timeout: number,
  busy: string,
): CaryatidError {
  return new CaryatidError(
    "NOT_SETTLED",
    `Cannot settle module "${id}": still busy after ${timeout} ms: ${busy}`,
    {
      hint: "Await only the bus and the clock of the test in the module, or " +
        "pass { busy: 1 } to testModule.",
    },
  );
}

/** Error of a module whose tasks do not end. */
export function drainTimeoutError(
  id: string,
  timeout: number,
  busy: string,
): CaryatidError {
  return new CaryatidError(
    "DRAIN_TIMEOUT",
    `Cannot stop module "${id}": still running after ${timeout} ms: ${busy}`,
    { hint: "End tasks when their loops end or context.signal fires." },
  );
}

/** Returns the error of a call that uses an undeclared topic. */
export function undeclaredTopicError(
  id: string,
  use: keyof Topics,
  topic: string,
  topics: Topics,
): CaryatidError {
  const declared = (topics[use] ?? []).map((one) => `"${one}"`).join(", ");
  return new CaryatidError(
    "FORBIDDEN",
    `Cannot ${DOING[use]} "${topic}": module "${id}" declares ` +
      declares(use, declared),
    { hint: `Add it to topics.${use} of the module's definition.` },
  );
}

function declares(key: keyof Topics, names: string): string {
  if (key === "groups") return names === "" ? "no groups" : `groups ${names}`;
  return names === "" ? `nothing to ${key}` : `to ${key} ${names}`;
}
