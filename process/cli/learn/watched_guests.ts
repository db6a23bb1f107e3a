import { CaryatidError } from "@caryatid/sdk";
import type { GuestRelay } from "../../isolation/relay/guest_relay.ts";
import { guestName } from "../../isolation/host/guest_spawner.ts";
import { openRelay } from "../open_relay.ts";
import { isIsolated, type Part, type Subject } from "../subject.ts";
import { auditVariables, broadFlags } from "./watched_program.ts";

/** Isolated modules and buses, each in a process that Deno audits by itself: what it uses is nobody else's. */
export class WatchedGuests implements AsyncDisposable {
  /** Where Deno writes what each uses: a file for each start, since it begins a file anew. */
  readonly audits: ReadonlyMap<Part, readonly string[]>;
  readonly #relay: GuestRelay | undefined;

  /**
   * Starts nothing yet. What is written lies in `folder`.
   *
   * @throws {CaryatidError} `INVALID_OPTION` where they can't be started so
   */
  constructor(subject: Subject, folder: string, flags: readonly string[]) {
    const parts = subject.parts.filter(isIsolated);
    const audits = new Map<Part, string[]>(parts.map((part) => [part, []]));
    const byName = new Map(
      [...audits].map(([{ kind, config: { id } }, files]) => [
        guestName({ kind, id }),
        files,
      ]),
    );
    let starts = 0;
    this.audits = audits;
    this.#relay = openRelay(subject, {
      flags,
      watched(name) {
        const audit = `${folder}/audit_${starts++}`;
        byName.get(name)!.push(audit);
        return {
          flags: ["--no-prompt", ...broadFlags(folder)],
          env: auditVariables(audit),
        };
      },
    });
    if (parts.length > 0 && !this.#relay) throw cannotWatch(parts[0]!);
  }

  /** Where the run has them started. */
  get address(): GuestRelay["address"] | undefined {
    return this.#relay?.address;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#relay?.[Symbol.asyncDispose]();
  }
}

function cannotWatch({ kind, config: { id } }: Part): CaryatidError {
  return new CaryatidError(
    "INVALID_OPTION",
    `Cannot learn what [${kind}.${id}] uses: found isolation on Windows, ` +
      "where its process can't be watched by itself",
    { hint: 'lay a file over it that says isolation = "none" there' },
  );
}
