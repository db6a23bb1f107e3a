import { CaryatidError } from "@caryatid/sdk";

/**
 * The error for a file or folder that can't be read or written: `PERMISSION_DENIED` where a right is missing, else
 * `STORAGE_FAILED`.
 */
export function storageError(
  doing: "read" | "write to",
  path: string,
  cause: unknown,
): CaryatidError {
  if (cause instanceof CaryatidError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const [code, hint] = diagnose(doing, path, cause);
  return new CaryatidError(
    code,
    `Cannot ${doing} ${JSON.stringify(path)}: ${message}`,
    { cause, hint },
  );
}

/** The system's name for what went wrong, such as `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

function diagnose(
  doing: "read" | "write to",
  path: string,
  cause: unknown,
): ["PERMISSION_DENIED" | "STORAGE_FAILED", string | undefined] {
  const right = doing === "read"
    ? `--allow-read=${path}`
    : `--allow-read=${path} --allow-write=${path}`;
  // Deno's own refusal, which node:fs passes on without a code.
  if ((cause as Error | null)?.name === "NotCapable") {
    return ["PERMISSION_DENIED", `run with ${right}, or grant the module that`];
  }
  switch (systemCode(cause)) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return [
        "PERMISSION_DENIED",
        `let the user who runs the process ${doing} it, or name another path`,
      ];
    case "ENOSPC":
    case "EDQUOT":
      return [
        "STORAGE_FAILED",
        'make room; "max-files" bounds a recording',
      ];
    default:
      return ["STORAGE_FAILED", undefined];
  }
}
