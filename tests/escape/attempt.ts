import type { Context } from "@caryatid/sdk";

/**
 * Result of an attempt: it fails (`refused`); it succeeds or ends its guest
 * without an effect on others (`contained`); or it escapes (`open`).
 */
export type Result = "refused" | "contained" | "open";

/**
 * Targets of attempts: properties of the host, and resources that it creates.
 */
export interface Ground {
  /**
   * A folder with `secret.txt` and `secret.json`. Its folder `granted` has
   * `own.txt`, and a symbolic and a hard link to `secret.txt`.
   */
  readonly folder: string;
  /** Port of a server for HTTP and WebSockets on the loopback interface. */
  readonly port: number;
  /** Port that receives datagrams. */
  readonly datagramPort: number;
  /** Path of a Unix socket. */
  readonly socket: string;
  /** Text that the host receives on its standard input. */
  readonly typed: string;
  /** Process id of the host. */
  readonly pid: number;
}

/**
 * Lists of `[module.x.permissions]`. `{folder}` and `{port}` are replaced by
 * those of the ground.
 */
export interface Grants {
  readonly net?: readonly string[];
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly env?: readonly string[];
}

/**
 * One way to escape, which a guest tries. Without a result for an isolation,
 * the attempt must be refused there.
 */
export interface Attempt {
  readonly name: string;
  readonly worker?: Result;
  readonly process?: Result;
  /**
   * Result in a jail of the operating system, with all permissions of Deno, if
   * the group of the attempt is tried there.
   */
  readonly jail?: Result;
  /**
   * Result in a process with the jail, if it differs from that without: then it
   * is `refused` if it is open without.
   */
  readonly walls?: Result;
  /**
   * True if the attempt obtains only properties of its jail there, or what
   * every program of the machine has: no text and no id of the host.
   */
  readonly harmless?: true;
  /** Reason why it is open, or what contains it. Required if it is open. */
  readonly why?: string;
  readonly grants?: Grants;
  /** True if no other attempt may use its guest and its host. */
  readonly alone?: true;
  /**
   * True if the attempt has no control. A control makes the attempt without
   * isolation, where it must be open; this one cannot be made there, or has no
   * meaning there.
   */
  readonly uncontrolled?: true;
  /** Start deadline of its guest in seconds, if the default does not fit. */
  readonly startDeadline?: number;
  /**
   * Heartbeat limit of its guest in seconds, if the attempt needs longer than
   * the default (3).
   */
  readonly heartbeat?: number;
  /**
   * Seconds after which an attempt without an answer has no effect, if it is
   * expected never to answer (60).
   */
  readonly patience?: number;
  /** Action of the host after the attempt. */
  readonly afterwards?: "interrupts itself" | "looks at its load";
  /**
   * Makes the attempt. Throws if it is refused. Returns what it obtained, or
   * undefined if it obtained nothing.
   */
  readonly attempt?: (ground: Ground, context: Context) => unknown;
  /**
   * Code of a module in the folder `granted`, instead of `attempt`. Its default
   * export is what it obtained. `{port}` is replaced by that of the ground.
   */
  readonly module?: string;
  /** File name of `module` (`attempt.ts`). */
  readonly file?: string;
}

/** Attempts under one heading of the page. */
export interface AttemptGroup {
  readonly title: string;
  /** True if they are also tried against the jail alone. */
  readonly jail?: true;
  readonly attempts: readonly Attempt[];
}

/**
 * Returns the grants of an attempt on a ground, and the topics that every
 * attacker may use.
 */
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

/** Returns true if the attempt must escape without isolation. */
export function isControlled({ uncontrolled, alone }: Attempt): boolean {
  return !uncontrolled && !alone;
}
