import { limitedTo } from "../config/processes.ts";
import type { Subject } from "./subject.ts";

/** The part of a configuration that is one process: its modules, and all buses, since who uses which isn't known. */
export function limitedSubject(subject: Subject, name: string): Subject {
  const config = limitedTo(subject.config, name);
  const ids = new Set(config.modules.map(({ id }) => id));
  const parts = subject.parts.filter(({ kind, config: { id } }) =>
    kind !== "module" || ids.has(id)
  );
  return { ...subject, config, parts };
}
