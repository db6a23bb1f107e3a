import { CaryatidError } from "@caryatid/sdk";
import { MOST_ENTRY_BYTES } from "./limits.ts";
import type { Recordable } from "./recorded_message.ts";

let lastRead: string | undefined;
let lastReadTime = 0;

/** The time that a text says. Throws if it says none. */
export function timeOf(text: unknown): number {
  if (text === lastRead) return lastReadTime;
  const time = typeof text === "string" ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw new Error("its time is none");
  lastRead = text as string;
  lastReadTime = time;
  return time;
}

/** Says whether there are none; checks that all are text. */
export function isWithoutHeaders(headers: Recordable["headers"]): boolean {
  let empty = true;
  for (const name in headers) {
    empty = false;
    if (typeof headers[name] === "string") continue;
    throw new CaryatidError(
      "NOT_ENCODABLE",
      `Cannot record the header ${JSON.stringify(name)}: ` +
        `found a ${typeof headers[name]}, wanted text`,
    );
  }
  return empty;
}

/** Checks what an entry says about itself, and gives it back. Throws if it isn't one. */
export function checkEnvelope(
  value: unknown,
): Record<string, unknown> & Recordable & { readonly sequence: number } {
  if (typeof value !== "object" || value === null) {
    throw new Error("it is no object");
  }
  const envelope = value as Record<string, unknown>;
  const { sequence, topic, id, headers } = envelope;
  if (!Number.isSafeInteger(sequence) || sequence as number < 0) {
    throw new Error("its sequence is none");
  }
  if (typeof topic !== "string") throw new Error("its topic is no text");
  if (typeof id !== "string") throw new Error("its id is no text");
  if (typeof headers !== "object" || headers === null) {
    throw new Error("its headers are none");
  }
  for (const name in headers) {
    if (typeof (headers as Record<string, unknown>)[name] !== "string") {
      throw new Error("its headers are not all text");
    }
  }
  if (!Object.hasOwn(envelope, "message")) throw new Error("it has no message");
  return envelope as ReturnType<typeof checkEnvelope>;
}

/** The error for an entry that no reader would take. */
export function tooLarge(topic: string, bytes: number): CaryatidError {
  return new CaryatidError(
    "MESSAGE_TOO_LARGE",
    `Cannot record a message on ${JSON.stringify(topic)}: ` +
      `found an entry of ${bytes} bytes, wanted at most ${MOST_ENTRY_BYTES}`,
  );
}
