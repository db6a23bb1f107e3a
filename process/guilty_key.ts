import { CaryatidError } from "@caryatid/sdk";

/** The key that says what an error is about. */
export function guiltyKey(cause: unknown): "import" | "integrity" {
  const isPinned = cause instanceof CaryatidError &&
    cause.code === "WRONG_INTEGRITY";
  return isPinned ? "integrity" : "import";
}
