import { endProcess } from "@caryatid/process/internal/platform";
/** Process that inspects one module or bus. */
export interface GuestProcess {
  readonly pid: number | undefined;
  readonly stdout: AsyncIterable<Uint8Array<ArrayBuffer>>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Resolves when the process has ended. */
  readonly status: Promise<{ readonly code: number }>;
  /** Writes the standard input of the process, and closes it. */
  send(text: string): Promise<void>;
  /** Ends the process. It has no effect after the end. */
  kill(): void;
}

/** Returns a process that has no jail. */
export function unjailed(child: Deno.ChildProcess): GuestProcess {
  const { pid, stdout, stderr, status } = child;
  return {
    pid,
    stdout,
    stderr,
    status,
    send: (text) => writeProgram(child, text),
    kill: () => endProcess(child),
  };
}

/**
 * Writes a program to the standard input of Deno. If the process has ended, its
 * status has the reason.
 */
export async function writeProgram(
  { stdin }: Deno.ChildProcess,
  program: string,
): Promise<void> {
  const input = stdin.getWriter();
  // A process that has ended reports its reason by its exit.
  await input.write(new TextEncoder().encode(program)).catch(() => {});
  await input.close().catch(() => {});
}
