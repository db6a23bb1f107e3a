import type { Jail } from "../../config/process_config.ts";
import { exists } from "./exists.ts";
import { findJail, type FoundJail } from "./find_jail.ts";
import { outerHardLinks } from "./hard_links.ts";
import { type JailedProcess, startJailed } from "./jailed_process.ts";
import { type JailGrants, jailMounts } from "./mounts.ts";

/** Guest that is to run in a jail. */
export interface JailOrder {
  /** The whole environment of Deno. */
  readonly env: Readonly<Record<string, string>>;
  /** Files and folders of the guest's code. */
  readonly code: readonly string[];
  readonly mode: Jail;
  /** Memory that the guest may take, in bytes. */
  readonly memory: number;
  readonly grants: JailGrants;
  /** Called with a warning, once for each text in this program. */
  readonly onWarning: (text: string) => void;
}

/** Decision on the jail of a guest. */
export interface ChosenJail {
  /** Jail in which the guest starts, unless it starts without one. */
  readonly jail: FoundJail | undefined;
  /** Name of the jail, or "none" with the reason. */
  readonly name: string;
}

const warned = new Set<string>();

/**
 * Chooses the jail for a guest. If the machine has none, a warning says what is
 * missing, unless the jail is off.
 *
 * @throws {Error} if a jail is required and something is missing; the spawner
 * makes it a `GUEST_REFUSED`, as this folder does not depend on the SDK
 */
export async function jailFor(
  { mode, grants, onWarning }: JailOrder,
  path?: string,
): Promise<ChosenJail> {
  if (mode === "off") return { jail: undefined, name: 'none, jail = "off"' };
  const jail = await findJail({ path });
  if ("missing" in jail) {
    if (mode === "required") {
      throw new Error(`found jail = "required", but ${jail.missing}`);
    }
    warn(
      onWarning,
      `isolated processes run without a jail: ${jail.missing}`,
    );
    return { jail: undefined, name: `none, ${jail.missing}` };
  }
  const absent = missingPath(grants);
  if (absent !== undefined) {
    const what = `the grant of ${JSON.stringify(absent)} cannot be mounted ` +
      "in the jail, because it does not exist";
    if (mode === "required") throw new Error(what);
    warn(onWarning, `${what}: the guest will not find it there later either`);
  }
  return { jail, name: "bubblewrap" };
}

/** Starts Deno with these arguments in a jail. */
export async function startInJail(
  jail: FoundJail,
  order: JailOrder,
  args: readonly string[],
): Promise<JailedProcess> {
  const { grants, env, code, memory } = order;
  const write = (grants.write ?? []).filter(exists);
  const hidden = hiddenFiles(order);
  return await startJailed({
    bwrap: jail.bwrap,
    program: jail.deno,
    args,
    mounts: jailMounts({ ...grants, write, hidden }, [
      ...jail.program,
      ...code,
    ]),
    net: (grants.net ?? []).length > 0,
    env,
    cwd: currentFolder(),
    scope: jail.scope && { starter: jail.scope, memory },
  });
}

/**
 * Returns the files of granted folders that have names outside of them: a hard
 * link cannot be distinguished from the file itself.
 */
function hiddenFiles({ grants, onWarning }: JailOrder): readonly string[] {
  const { read = [], write = [] } = grants;
  const { paths, isComplete } = outerHardLinks([...read, ...write]);
  const [first] = paths;
  if (first !== undefined) {
    warn(
      onWarning,
      `${paths.length} hard links in granted folders are hidden from the ` +
        `guest, such as ${JSON.stringify(first)}: they lead to files outside`,
    );
  }
  if (!isComplete) {
    warn(
      onWarning,
      "the granted folders were not searched completely for hard links: they " +
        "have more than 10,000 entries, or are not readable",
    );
  }
  return paths;
}

/** Returns the first granted path that does not exist. */
function missingPath({ read = [], write = [] }: JailGrants) {
  return [...read, ...write].find((path) => !exists(path));
}

function warn(onWarning: (text: string) => void, text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  onWarning(text);
}

function currentFolder(): string {
  try {
    return Deno.cwd();
  } catch {
    return "/"; // this program may not read it, or it was deleted
  }
}
