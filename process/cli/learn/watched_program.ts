import { safeEnvironment } from "../inspection/child.ts";

/**
 * All that the sections of modules can grant, but what lies in `folder`, where it is written down. Something is denied of each kind:
 * under a bare flag Deno doesn't tell the port that `fetch` connects to, and tells that what is only read is written.
 */
export function broadFlags(folder: string): string[] {
  return [
    ...["--allow-net", "--deny-net=255.255.255.255:1"],
    ...["--allow-read", `--deny-read=${folder}`],
    ...["--allow-write", `--deny-write=${folder}`],
    "--allow-env",
  ];
}

/** Has Deno write to `audit` what a program asks for, and the stack of whoever asks. */
export function auditVariables(audit: string): Record<string, string> {
  return {
    ...safeEnvironment(),
    DENO_AUDIT_PERMISSIONS: audit,
    DENO_TRACE_PERMISSIONS: "1",
  };
}
