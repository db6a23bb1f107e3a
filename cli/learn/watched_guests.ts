import { CaryatidError } from "@caryatid/sdk";
import {
  guestName,
  type GuestRelay,
} from "@caryatid/process/internal/isolation";
import { safeEnvironment } from "../deno/deno_command.ts";
import { isIsolated, type Part, partName } from "../inspection/inspection.ts";
import type { CheckedConfig } from "../review/checked_config.ts";
import { openRelay } from "../run/guests.ts";
import type { GrantedCopies } from "./granted_copies.ts";

/**
 * Isolated modules and buses, each in a process with its own audit file.
 */
export class WatchedGuests implements AsyncDisposable {
  /**
   * Audit files of each part: one for each start, since Deno overwrites an
   * existing file.
   */
  readonly audits: ReadonlyMap<Part, readonly string[]>;
  readonly #relay: GuestRelay | undefined;

  /**
   * Does not start the guests. Audit files are in `folder`.
   *
   * @param copies copies of the paths that the guests may write in their jails;
   * undefined to start them without a jail
   *
   * @throws {CaryatidError} `INVALID_OPTION` if the system has no relay
   */
  constructor(
    checked: CheckedConfig,
    folder: string,
    flags: readonly string[],
    copies: GrantedCopies | undefined,
  ) {
    const parts = checked.parts.filter(isIsolated);
    const audits = new Map<Part, string[]>(parts.map((part) => [part, []]));
    const byName = new Map(
      [...audits].map(([part, files]) => [
        guestName({ kind: part.kind, id: part.config.id }),
        { part, files },
      ]),
    );
    let starts = 0;
    this.audits = audits;
    this.#relay = openRelay(checked, {
      flags,
      watched(name) {
        const { part, files } = byName.get(name)!;
        // A folder for each start: in the jail, the guest can write there.
        const own = `${folder}/guest_${starts++}`;
        Deno.mkdirSync(own);
        files.push(`${own}/audit`);
        return {
          flags: ["--no-prompt", ...broadFlags(folder)],
          env: { ...safeEnvironment(), ...auditVariables(`${own}/audit`) },
          jail: copies && { folder: own, copies: copies.of(part) },
        };
      },
    });
    if (parts.length > 0 && !this.#relay) throw cannotWatch(parts[0]!);
  }

  /** Address of the relay that starts the guests. */
  get address(): GuestRelay["address"] | undefined {
    return this.#relay?.address;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay?.[Symbol.asyncDispose]();
  }
}

function cannotWatch(part: Part): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot learn what [${partName(part)}] uses: found isolation on Windows, ` +
      "where its process cannot be audited separately",
    { hint: 'Add a file that sets isolation = "none" there.' },
  );
}

/**
 * Returns flags that grant everything that sections can grant, except
 * `folder`, which holds the audit. Something of each kind is denied: with a
 * bare flag Deno omits the port that `fetch` connects to, and reports reads as
 * writes.
 */
export function broadFlags(folder: string): string[] {
  return [
    ...["--allow-net", "--deny-net=255.255.255.255:1"],
    ...["--allow-read", `--deny-read=${folder}`],
    ...["--allow-write", `--deny-write=${folder}`],
    "--allow-env",
  ];
}

/**
 * Returns the variables by which Deno records requested permissions, with call
 * stacks, in the file `audit`.
 */
export function auditVariables(audit: string): Record<string, string> {
  return { DENO_AUDIT_PERMISSIONS: audit, DENO_TRACE_PERMISSIONS: "1" };
}
