import { CaryatidError } from "@caryatid/sdk";

/**
 * Returns the error for a file or folder that cannot be read or written:
 * `PERMISSION_DENIED` if a permission is missing, else `STORAGE_FAILED`. A
 * CaryatidError is returned unchanged.
 */
export function storageError(
  action: "read" | "write to",
  path: string,
  cause: unknown,
): CaryatidError {
  if (cause instanceof CaryatidError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const [code, hint] = diagnose(action, path, cause);
  return new CaryatidError(
    code,
    `Cannot ${action} ${JSON.stringify(path)}: ${message}`,
    { cause, hint },
  );
}

/** Returns the system's code of an error, such as `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

function diagnose(
  action: "read" | "write to",
  path: string,
  cause: unknown,
): ["PERMISSION_DENIED" | "STORAGE_FAILED", string | undefined] {
  const flags = action === "read"
    ? `--allow-read=${path}`
    : `--allow-read=${path} --allow-write=${path}`;
  // Deno's own refusal, which node:fs passes on without a code.
  if ((cause as Error | null)?.name === "NotCapable") {
    return [
      "PERMISSION_DENIED",
      `Run with ${flags}, or grant the module that permission.`,
    ];
  }
  switch (systemCode(cause)) {
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return [
        "PERMISSION_DENIED",
        `Let the user who runs the process ${action} it, or name another path.`,
      ];
    case "ENOSPC":
    case "EDQUOT":
      return [
        "STORAGE_FAILED",
        'Free space on the disk, or limit the recording by "max-files".',
      ];
    default:
      return ["STORAGE_FAILED", undefined];
  }
}
