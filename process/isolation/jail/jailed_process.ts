import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import type { Pipes } from "../wire/pipe_link.ts";
import {
  ARGS_FD,
  bwrapArgs,
  INFO_FD,
  type JailContents,
  limitScript,
  PROGRAM,
} from "./bwrap_args.ts";
import { scopeArgs, scopeMemory, type ScopeStarter } from "./scope.ts";
import { SHELL } from "./shell.ts";

/** A command in a jail. */
export interface JailedCommand extends JailContents {
  /** Path of bubblewrap. */
  readonly bwrap: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Limits of its cgroup, if the machine can have one. */
  readonly scope?: GuestScope | undefined;
}

/** Cgroup of a guest. */
export interface GuestScope {
  readonly starter: ScopeStarter;
  /** Memory that the guest may take, in bytes. */
  readonly memory: number;
}

/** A process in a jail. */
export interface JailedProcess {
  /** Pid of the guest itself; undefined if the jail could not start it. */
  readonly pid: number | undefined;
  readonly pipes: Pipes;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** Resolves when the process has ended. */
  readonly status: Promise<JailedStatus>;
  /** Ends the process. It has no effect after the end. */
  kill(): void;
}

/** A process that was started in a jail. */
export interface StartedInJail extends JailedProcess {
  /** Closes the standard input of the process. */
  endInput(): void;
}

/** End of a process in a jail. */
export interface JailedStatus {
  readonly code: number;
  readonly signal: string | null;
}

/**
 * Starts a command in a jail. Resolves when bubblewrap has reported the pid of
 * the guest, or has failed. `Deno.Command` cannot pass the two descriptors.
 */
export async function startJailed(
  command: JailedCommand,
): Promise<StartedInJail> {
  const { bwrap, program, args, mounts } = command;
  const canWrite = mounts.some(({ kind }) => kind === "write");
  const script = limitScript(bwrap, canWrite);
  const [first, ...rest] = [
    ...scopeCommand(command.scope),
    ...[SHELL, "-c", script, SHELL, ...args],
  ];
  const child = spawn(first!, rest, {
    // Not an argument: `node:child_process` of Deno adds `-A` to the arguments
    // of a shell that contain the path of Deno.
    env: { ...command.scope?.starter.env, [PROGRAM]: program },
    stdio: ["pipe", "pipe", "pipe", "pipe", "pipe"],
    // A terminal sends Ctrl-C to a whole group, and the host stops its guests.
    detached: true,
  });
  const status = statusOf(child);
  const stream = (fd: number) => child.stdio[fd] as Readable & Writable;
  for (const fd of [0, ARGS_FD]) stream(fd).on("error", ignore);
  // With a listener, a stream keeps its data when the process ends.
  for (const fd of [1, 2]) stream(fd).on("readable", ignore);
  stream(ARGS_FD).end(`${bwrapArgs(command).join("\0")}\0`);
  const pid = await guestPid(stream(INFO_FD));
  return {
    pid,
    pipes: pipesOf(stream(0), stream(1)),
    stderr: stream(2),
    status,
    endInput: () => void stream(0).end(),
    kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (pid === undefined) child.kill("SIGKILL");
      else killGuest(pid);
    },
  };
}

/** Systemd-run replaces itself by the program, which keeps its open files. */
function scopeCommand(scope: GuestScope | undefined): string[] {
  if (scope === undefined) return [];
  const { starter, memory } = scope;
  return [starter.command, ...scopeArgs(starter, scopeMemory(memory))];
}

/**
 * Kills the guest itself. Killing bubblewrap would be too early until the guest
 * is tied to it. The pid is the guest's as long as bubblewrap has not ended.
 */
function killGuest(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) return; // it has ended
    spawn(SHELL, ["-c", `kill -9 ${pid}`], { env: {}, stdio: "ignore" });
  }
}

/** The end of a process reports a broken pipe, too. */
function ignore(): void {}

function statusOf(child: ChildProcess): Promise<JailedStatus> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(endOf(code, signal)));
  });
}

function pipesOf(stdin: Writable, stdout: Readable): Pipes {
  const pieces: AsyncIterator<Uint8Array<ArrayBuffer>> = stdout
    [Symbol.asyncIterator]();
  let last: Uint8Array<ArrayBuffer> | undefined;
  return {
    async read() {
      if (last) free(last);
      try {
        const { done, value } = await pieces.next();
        last = done ? undefined : value;
        return done ? null : value;
      } catch {
        return null; // closed here
      }
    },
    write: (bytes) =>
      new Promise((resolve, reject) =>
        stdin.write(bytes, (error) => error ? reject(error) : resolve())
      ),
    close() {
      stdin.destroy();
      stdout.destroy();
    },
  };
}

/**
 * Frees the memory of a piece at once. Each read of Node.js allocates its own,
 * and a flood would fill 64 MiB of it before V8 collects garbage.
 */
function free({ buffer, length }: Uint8Array<ArrayBuffer>): void {
  if (length === buffer.byteLength) buffer.transfer(0);
}

/** Bubblewrap exits with 128 + n after signal n ended the guest. */
function endOf(code: number | null, signal: string | null): JailedStatus {
  const number = (code ?? 0) - 128;
  const [name] = Object.entries(constants.signals)
    .find(([, value]) => value === number) ?? [];
  return { code: code ?? 0, signal: signal ?? name ?? null };
}

async function guestPid(info: Readable): Promise<number | undefined> {
  let text = "";
  try {
    for await (const piece of info) text += piece;
  } catch {
    return undefined; // the end of the process says why
  }
  const pid = /"child-pid"\s*:\s*(\d+)/.exec(text)?.[1];
  return pid === undefined ? undefined : Number(pid);
}
