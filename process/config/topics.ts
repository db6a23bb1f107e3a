import { CaryatidError } from "@caryatid/sdk";
import type { KeyPath } from "./key_path.ts";
import type { Report } from "./report.ts";

/** Tells of a topic or pattern that `validate`, of the SDK, doesn't take. */
export function checkTopic(
  validate: (topic: string) => string,
  topic: string,
  path: KeyPath,
  report: Report,
): void {
  try {
    validate(topic);
  } catch (error) {
    if (!(error instanceof CaryatidError)) throw error;
    // Its text begins with the topic, which the key replaces here: Cannot … "…": found …, wanted …
    const text = error.message.slice(error.message.lastIndexOf(": found") + 2);
    report.refuse(path, text, { hint: error.hint });
  }
}
