import type { Context } from "@caryatid/sdk";

/** What becomes of an attempt: it fails; it does something, but nothing comes of it for others; or it gets out. */
export type Result = "refused" | "contained" | "open";

/** What an attempt may aim at. It lies with the host, or is what the host has set up. */
export interface Ground {
  /** A folder with `secret.txt` and `secret.json`. `granted` in it has `own.txt`, a link and a hard link to the secret. */
  readonly folder: string;
  /** A server of HTTP and WebSockets on the loopback. */
  readonly port: number;
  /** A port that takes datagrams. */
  readonly datagramPort: number;
  /** A socket in the file system. */
  readonly socket: string;
  /** What comes in at the standard input of the host. */
  readonly typed: string;
  /** The process of the host. */
  readonly pid: number;
}

/** Lists of `[module.x.permissions]`; `{folder}` and `{port}` stand for those of the ground. */
export interface Grants {
  readonly net?: readonly string[];
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly env?: readonly string[];
}

/** One way to get out, which a guest tries. Without results it is to be refused. */
export interface Attempt {
  readonly name: string;
  readonly worker?: Result;
  readonly process?: Result;
  /** Why it is open, or what contains it; wanted where it is open. */
  readonly why?: string;
  readonly grants?: Grants;
  /** Its guest, or host, isn't to be used for another. */
  readonly alone?: true;
  /** Nothing isolates what runs in the process itself, so it has to be open there; here it can't be tried so, or means nothing. */
  readonly uncontrolled?: true;
  /** Seconds that it may take to start, if it is not to start in time. */
  readonly startDeadline?: number;
  /** Seconds that it may be silent, if it takes longer to come to its end than a guest may (3). */
  readonly heartbeat?: number;
  /** Seconds after which it has come to nothing, if it is expected never to answer (60). */
  readonly patience?: number;
  /** What the host does when it was tried. */
  readonly afterwards?: "interrupts itself" | "looks at its load";
  /** Throws where it is refused; gives what it got; undefined where it got nothing. */
  readonly attempt?: (ground: Ground, context: Context) => unknown;
  /** A module in place of `attempt`, in the folder `granted`; what it exports by default is what it got. `{port}` is that of the ground. */
  readonly module?: string;
}

/** Attempts of one kind, for a heading of the page. */
export interface AttemptGroup {
  readonly title: string;
  readonly attempts: readonly Attempt[];
}

/** The grants of `attempt` on `ground`, and the topics that every attacker has. */
export function permissionsOf(
  { grants = {} }: Attempt,
  { folder, port }: Ground,
): Record<string, readonly string[]> {
  const filled = Object.entries(grants).map(([kind, values]) => [
    kind,
    values.map((value: string) =>
      value.replace("{folder}", folder).replace("{port}", `${port}`)
    ),
  ]);
  return {
    ...Object.fromEntries(filled),
    publish: ["granted.#"],
    subscribe: ["granted.#"],
    handle: ["attempt"],
  };
}

/** Whether it has to get out where nothing isolates it. */
export function isControlled({ uncontrolled, alone }: Attempt): boolean {
  return !uncontrolled && !alone;
}
