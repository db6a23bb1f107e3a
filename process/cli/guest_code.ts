import { CaryatidError } from "@caryatid/sdk";
import { cachedFlags } from "./grants.ts";
import { guestFiles } from "../isolation/host/guest_spawner.ts";
import { cacheCode } from "./inspection/prefetch.ts";
import { LockCopy } from "./lock_copy.ts";
import { runnerSpecifier } from "./run_program.ts";
import {
  isIsolated,
  sourceFlags,
  type Subject,
  type SubjectOptions,
} from "./subject.ts";

/**
 * Downloads all that guests import by literal specifiers, at once or later: they themselves may not, since a download tells its host
 * something. A worker shares that with its process, so then all code of the process is downloaded.
 *
 * @throws {CaryatidError} `LOAD_FAILED` if it can't be had
 */
export async function fetchGuestCode(
  subject: Subject,
  options: SubjectOptions,
): Promise<void> {
  const { flags = [], ...others } = options;
  const guests = subject.parts.filter(isIsolated);
  if (guests.length === 0 || flags.includes("--cached-only")) return;
  const parts = cachedFlags(subject).length > 0 ? subject.parts : guests;
  const specifiers = new Set([
    ...guestFiles(),
    runnerSpecifier(),
    ...parts.flatMap(({ specifier }) => specifier ?? []),
  ]);
  const { project, config } = subject;
  using lock = LockCopy.of(project, flags);
  const fresh = flags.filter((flag) => flag !== "--reload");
  const fault = await cacheCode([...specifiers], {
    ...others,
    project,
    flags: sourceFlags(config, [...specifiers], lock, {
      ...options,
      flags: fresh,
    }),
  });
  if (fault === undefined) return;
  throw new CaryatidError(
    "LOAD_FAILED",
    `Cannot download what isolated modules import: ${fault.why}`,
    { hint: fault.hint },
  );
}
