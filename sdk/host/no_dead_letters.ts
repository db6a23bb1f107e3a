import type { DeadLetters } from "../dead_letters.ts";
import { CaryatidError } from "../errors.ts";

/** Dead letters of a context whose bus keeps none. */
export const NO_DEAD_LETTERS: DeadLetters = {
  list: () => Promise.reject(notKeptError("list")),
  replay: () => Promise.reject(notKeptError("replay")),
  drop: () => Promise.reject(notKeptError("drop")),
};

function notKeptError(what: string): CaryatidError {
  return new CaryatidError(
    "INVALID_CONFIG",
    `Cannot ${what} dead letters: found no bus that keeps them`,
    { hint: "Set dead-letter-exchange of a RabbitMQ bus." },
  );
}
