import { CaryatidError } from "@caryatid/sdk";
import type { RelayedBus } from "./bus_relay.ts";

/** What a guest has for a bus between its end and another `init`: its rights may be others by then. */
export const RESTING: RelayedBus = {
  publish: (topic) => Promise.reject(restingError(`publish on "${topic}"`)),
  request: (topic) => Promise.reject(restingError(`request on "${topic}"`)),
  subscribe(pattern) {
    throw restingError(`subscribe to "${pattern}"`);
  },
  handle(pattern) {
    throw restingError(`handle "${pattern}"`);
  },
};

function restingError(what: string): CaryatidError {
  return new CaryatidError(
    "BUS_CLOSED",
    `Cannot ${what}: other code is taking the place of this module's`,
  );
}
