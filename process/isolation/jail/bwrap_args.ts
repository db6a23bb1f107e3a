import { type Mount, mountArgs } from "./mounts.ts";

/** Descriptor on which bubblewrap reads its arguments. */
export const ARGS_FD = 3;
/** Descriptor on which bubblewrap reports the process that it has started. */
export const INFO_FD = 4;

/** Open files of a guest, at most. */
const MAX_FILES = 1024;

/** Contents of a jail. */
export interface JailContents {
  readonly mounts: readonly Mount[];
  /** True if the guest shares the network of its host. */
  readonly net: boolean;
  /** Variables of the environment. There are no others. */
  readonly env: Readonly<Record<string, string>>;
  /** Current folder. It is empty if no mount contains it. */
  readonly cwd: string;
}

/**
 * Returns the arguments of bubblewrap that are passed on a descriptor. On a
 * command line every user of the machine could read them.
 *
 * The guest is process 1 of its jail: nothing else runs there, and its pid
 * outside is the one that bubblewrap reports.
 */
export function bwrapArgs({ mounts, net, env, cwd }: JailContents): string[] {
  const canWrite = mounts.some(({ kind }) => kind === "write");
  return [
    "--unshare-all",
    ...net ? ["--share-net"] : [],
    "--unshare-user",
    "--disable-userns",
    // Root could mount its way out.
    ...["--cap-drop", "ALL"],
    "--die-with-parent",
    "--new-session",
    "--as-pid-1",
    ...["--hostname", "guest"],
    "--clearenv",
    ...Object.entries(env).flatMap((entry) => ["--setenv", ...entry]),
    // The root folder first: a grant of it would hide the others.
    ...mountArgs(mounts.filter(({ path }) => path === "/")),
    ...["--proc", "/proc"],
    ...mountArgs(mounts.filter(({ path }) => path !== "/")),
    // Root owns the settings of the kernel in it, also without capabilities.
    ...["--remount-ro", "/proc"],
    ...["--dir", cwd, "--chdir", cwd],
    ...mounts.some(({ kind, path }) => kind === "write" && path === "/")
      ? []
      : ["--remount-ro", "/"],
    // Without `write`, empty files could fill the memory of the kernel.
    ...canWrite ? [] : mounts.filter(({ kind }) => kind === "memory")
      .flatMap(({ path }) => ["--remount-ro", path]),
  ];
}

/** Variable of the shell with the path of the program in the jail. */
export const PROGRAM = "JAILED_PROGRAM";

/**
 * Returns a script of a POSIX shell that limits itself and then becomes
 * bubblewrap. The arguments of the shell are those of the program in the jail.
 *
 * Without `write`, no file can grow: a write fails with `EFBIG`, because the
 * signal that would end the process is ignored.
 */
export function limitScript(bwrap: string, canWrite: boolean): string {
  return [
    "ulimit -c 0",
    `ulimit -n ${MAX_FILES} 2>/dev/null || :`, // fewer are allowed already
    ...canWrite ? [] : ["trap '' XFSZ", "ulimit -f 0"],
    `exec ${shellQuoted(bwrap)} --args ${ARGS_FD} --info-fd ${INFO_FD} ` +
    `-- "$${PROGRAM}" "$@"`,
  ].join("\n");
}

function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
