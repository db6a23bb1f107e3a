import type { ErrorCode, PermissionRequest, Topics } from "@caryatid/sdk";
import type { Section } from "../../config/process_config.ts";
import { dottedKey } from "../../config/shown.ts";

/** What a section configures. */
export type Kind = "module" | "message-bus";

/** A module or bus to look into. All of it can be written as JSON, but for dates and odd numbers: see `section_text.ts`. */
export interface Task {
  readonly kind: Kind;
  readonly id: string;
  readonly className: string;
  /** What is imported; undefined for a bus that the process has built in, or a class that nobody knows. */
  readonly specifier: string | undefined;
  /** What the configuration says, and what that is relative to. */
  readonly import: string | undefined;
  readonly integrity: string | undefined;
  readonly base: string | undefined;
  readonly path: readonly string[];
  readonly section: Section["section"];
  readonly globalKeys: readonly string[];
}

/** A problem before anybody knows where its key stands. */
export interface Complaint {
  readonly code: ErrorCode;
  readonly key: readonly string[];
  readonly dotted: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A key of a checked section that names a topic, or a pattern of topics. */
export interface TopicKey {
  /** Dotted, within the section. */
  readonly key: string;
  readonly topic: string;
}

/** What was found out about a module or bus, as far as its code could be loaded. */
export interface Inspection {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** What it asks for. */
  readonly permissions: PermissionRequest;
  /** What a module declares; undefined where it doesn't say, or its section is wrong. */
  readonly declared?: Topics | undefined;
  readonly topics: readonly TopicKey[];
  /** Where its specifier leads to, by the project's import map. */
  readonly resolved?: string | undefined;
  readonly problems: readonly Complaint[];
  readonly notices: readonly Complaint[];
}

/** Nothing but a complaint. */
export function onlyComplaint(problem: Complaint): Inspection {
  return { permissions: {}, topics: [], problems: [problem], notices: [] };
}

/** `LOAD_FAILED`, as the process itself words it. */
export function loadProblem(task: Task, why: string): Complaint {
  const key = [...task.path, "import"];
  return {
    code: "LOAD_FAILED",
    key,
    dotted: dottedKey(key),
    message: `Cannot load [${task.path.join(".")}] from ` +
      `"${task.import ?? task.specifier}": ${why}`,
    hint: "a module's file only defines it: what it does belongs into init",
  };
}
