import { CaryatidError } from "@caryatid/sdk";
import type { DeadLetter, DeadLetterFilter } from "../../rabbit_mq/mod.ts";
import { harmless, type Terminal } from "../terminal.ts";
import { type BrokerOptions, withBus } from "./connect.ts";
import { messageJson } from "./message_json.ts";

/** What is to be done with dead letters. */
export interface DeadLetterOptions extends BrokerOptions, DeadLetterFilter {}

/** How they are listed. */
export interface ListOptions extends DeadLetterOptions {
  /** Writes one JSON object a line. */
  readonly json?: boolean | undefined;
}

/** `caryatid dead-letters list`: a line for each, the oldest first. */
export async function listDeadLetters(
  terminal: Terminal,
  { json, ...options }: ListOptions,
): Promise<0> {
  const letters = await withBus(
    terminal,
    options,
    (bus) => bus.deadLetters.list(filterOf(options)),
  );
  for (const letter of letters) {
    terminal.print(json ? letterJson(letter) : summary(letter));
  }
  return 0;
}

/** `caryatid dead-letters show ID`: all of it, as JSON. */
export async function showDeadLetter(
  terminal: Terminal,
  id: string,
  options: DeadLetterOptions,
): Promise<0> {
  const [letter] = await withBus(
    terminal,
    options,
    (bus) => bus.deadLetters.list({ id, limit: 1 }),
  );
  if (letter === undefined) throw noSuchLetter(id);
  terminal.print(letterJson(letter));
  return 0;
}

/** `caryatid dead-letters replay`: publishes them again, and prints how many. */
export async function replayDeadLetters(
  terminal: Terminal,
  options: DeadLetterOptions,
): Promise<0> {
  const count = await withBus(
    terminal,
    options,
    (bus) => bus.deadLetters.replay(filterOf(options)),
  );
  terminal.print(`replayed ${count}`);
  return 0;
}

function filterOf(
  { topic, id, code, limit }: DeadLetterFilter,
): DeadLetterFilter {
  return {
    ...topic === undefined ? {} : { topic },
    ...id === undefined ? {} : { id },
    ...code === undefined ? {} : { code },
    ...limit === undefined ? {} : { limit },
  };
}

function letterJson({ time, ...rest }: DeadLetter): string {
  return messageJson({ ...rest, time: new Date(time).toISOString() });
}

function summary({ time, id, topic, code, cause }: DeadLetter): string {
  const when = new Date(time).toISOString();
  return harmless(`${when} ${id} ${topic} ${code}: ${cause}`);
}

function noSuchLetter(id: string): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot show ${JSON.stringify(id)}: found no dead letter of that id`,
    { hint: "caryatid dead-letters list shows the ids" },
  );
}
