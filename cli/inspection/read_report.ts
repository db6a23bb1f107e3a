import {
  CaryatidError,
  declaredTopics,
  type PermissionRequest,
  type Topics,
} from "@caryatid/sdk";
import { dottedKey } from "@caryatid/process/internal/config";
import { askedPermissions } from "@caryatid/process/internal/rights";
import type { Finding, Inspection, Task, TopicKey } from "./inspection.ts";

/** Maximum number of items of a list. */
const MAX_ITEMS = 1_000;
/** Maximum length of the JSON Schema of a section, in characters. */
const MAX_SCHEMA = 256 * 1024;
/** Maximum length of a text, in characters. */
const MAX_TEXT = 4_096;

/**
 * Reads the report of the process that inspected a task. The process ran code
 * that is not trusted, so every value is checked, and each finding is about a
 * key of the task itself.
 *
 * @throws {TypeError} if the report has another form
 */
export function readReport(task: Task, json: string): Inspection {
  const report = JSON.parse(json) as Record<string, unknown>;
  if (typeof report !== "object" || report === null) throw wrong("report");
  const { declared } = report;
  return {
    name: optionalText(report.name),
    description: optionalText(report.description),
    permissions: permissionsOf(report.permissions),
    declared: declared === undefined ? undefined : topicsOf(declared),
    topics: list(report.topics, topicKey),
    ...task.listsKeys ? { keys: keysOf(report.keys) } : {},
    problems: list(report.problems, (one) => findingOf(task, one)),
    notices: list(report.notices, (one) => findingOf(task, one)),
  };
}

function permissionsOf(permissions: unknown): PermissionRequest {
  // A function would not survive JSON.
  if (typeof permissions !== "object") throw wrong("permissions");
  return askedPermissions(permissions, undefined);
}

/** A JSON Schema is data: an editor reads it. */
function keysOf(keys: unknown): unknown {
  if (keys === undefined) return undefined;
  if (JSON.stringify(object(keys)).length > MAX_SCHEMA) throw wrong("keys");
  return keys;
}

function topicsOf(declared: unknown): Topics {
  return declaredTopics({ name: "", topics: declared as Topics }, {})!;
}

function topicKey(one: unknown): TopicKey {
  const { key, topic } = object(one);
  return { key: text(key), topic: text(topic) };
}

function findingOf({ path }: Task, one: unknown): Finding {
  const { code, key, dotted, message, hint } = object(one);
  const keys = list(key, text);
  const isOwn = path.every((name, index) => keys[index] === name);
  const own = isOwn ? keys : path;
  return {
    code: /^[A-Z_]{1,50}$/.test(text(code)) ? text(code) : "LOAD_FAILED",
    key: own,
    dotted: isOwn && dotted !== undefined ? text(dotted) : dottedKey(own),
    message: text(message),
    hint: optionalText(hint),
  };
}

function list<T>(value: unknown, read: (item: unknown) => T): T[] {
  if (!Array.isArray(value)) throw wrong("list");
  return value.slice(0, MAX_ITEMS).map(read);
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw wrong("item");
  return value as Record<string, unknown>;
}

function optionalText(value: unknown): string | undefined {
  return value === undefined ? undefined : text(value);
}

function text(value: unknown): string {
  if (typeof value !== "string") throw wrong("text");
  return value.slice(0, MAX_TEXT);
}

function wrong(part: string): CaryatidError {
  return new CaryatidError("LOAD_FAILED", `its code forged the ${part}`);
}
