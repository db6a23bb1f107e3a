import {
  CaryatidError,
  type DeadLetter,
  type DeadLetterFilter,
  type DeadLetters,
} from "@caryatid/sdk";
import { harmless, type Terminal } from "../terminal/terminal.ts";
import { messageJson } from "./message_json.ts";
import { type TargetOptions, withTarget } from "./target.ts";

/** Options of commands on dead letters. */
export interface DeadLetterOptions extends TargetOptions, DeadLetterFilter {}

/** Options of {@linkcode listDeadLetters}. */
export interface ListOptions extends DeadLetterOptions {
  /** Prints one JSON object per line. */
  readonly json?: boolean | undefined;
}

/**
 * `caryatid dead-letters list`: prints one line per dead letter, the oldest
 * first.
 */
export async function listDeadLetters(
  terminal: Terminal,
  { json, ...options }: ListOptions,
): Promise<0> {
  const letters = await withDeadLetters(
    terminal,
    options,
    (deadLetters) => deadLetters.list(filterOf(options)),
  );
  for (const letter of letters) {
    terminal.print(json ? letterJson(letter) : summary(letter));
  }
  return 0;
}

/** `caryatid dead-letters show ID`: prints a dead letter as JSON. */
export async function showDeadLetter(
  terminal: Terminal,
  id: string,
  options: DeadLetterOptions,
): Promise<0> {
  const [letter] = await withDeadLetters(
    terminal,
    options,
    (deadLetters) => deadLetters.list({ ...filterOf(options), id, limit: 1 }),
  );
  if (letter === undefined) throw noSuchLetter(id);
  terminal.print(letterJson(letter));
  return 0;
}

/**
 * `caryatid dead-letters replay`: publishes dead letters again, and prints
 * their number.
 */
export function replayDeadLetters(
  terminal: Terminal,
  options: DeadLetterOptions,
): Promise<0> {
  return printCount(terminal, options, "replayed", "replay");
}

/**
 * `caryatid dead-letters drop`: removes dead letters, and prints their number.
 */
export function dropDeadLetters(
  terminal: Terminal,
  options: DeadLetterOptions,
): Promise<0> {
  return printCount(terminal, options, "dropped", "drop");
}

async function printCount(
  terminal: Terminal,
  options: DeadLetterOptions,
  done: string,
  action: "replay" | "drop",
): Promise<0> {
  const count = await withDeadLetters(
    terminal,
    options,
    (deadLetters) => deadLetters[action](filterOf(options)),
  );
  terminal.print(`${done} ${count}`);
  return 0;
}

/** Passes the dead letters of a broker or a process to `work`. */
function withDeadLetters<T>(
  terminal: Terminal,
  options: DeadLetterOptions,
  work: (deadLetters: DeadLetters) => Promise<T>,
): Promise<T> {
  const { attach, deadLetterExchange } = options;
  if (attach === undefined && deadLetterExchange === undefined) {
    throw new CaryatidError(
      "INVALID_OPTION",
      "Cannot find dead letters: found neither --dead-letter-exchange, " +
        "which names their queue at a broker, nor --attach, " +
        "which names a process",
    );
  }
  return withTarget(terminal, options, (target) => work(target.deadLetters));
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
    `Cannot show ${JSON.stringify(id)}: found no dead letter with that id`,
    { hint: "Run caryatid dead-letters list to see the ids." },
  );
}
