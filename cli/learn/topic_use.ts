import { OTHERS } from "@caryatid/process/internal/monitor";

/**
 * Topics that a module published and requested on, patterns that it subscribed
 * to and handled, and groups that it joined.
 */
export interface TopicUse {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  readonly request: readonly string[];
  readonly handle: readonly string[];
  readonly groups: readonly string[];
}

/** Rights of a module to topics and groups. */
export const TOPIC_RIGHTS = [
  "publish",
  "subscribe",
  "request",
  "handle",
  "groups",
] as const;

/** Content of `[monitor] output`, as far as it is used. */
type Snapshot = Readonly<
  Record<string, {
    readonly reads: Table<{ readonly groups?: readonly string[] }>;
    readonly writes: Table<{ readonly written: number }>;
    readonly requests?: Table;
    readonly handlings?: Table;
  }>
>;
type Table<T = unknown> = Readonly<Record<string, T>>;

/**
 * Reads the output of a monitor; returns undefined if the file does not exist.
 */
export async function readTopics(
  path: string,
): Promise<ReadonlyMap<string, TopicUse> | undefined> {
  try {
    const snapshot: Snapshot = JSON.parse(await Deno.readTextFile(path));
    return new Map(
      Object.entries(snapshot).map(([id, { reads, writes, ...more }]) => {
        const accepted = Object.keys(writes).filter((topic) =>
          writes[topic]!.written > 0
        );
        return [id, {
          publish: ownTopics(accepted),
          subscribe: ownTopics(Object.keys(reads)),
          request: ownTopics(Object.keys(more.requests ?? {})),
          handle: ownTopics(Object.keys(more.handlings ?? {})),
          groups: [
            ...new Set(
              Object.values(reads).flatMap(({ groups = [] }) => groups),
            ),
          ],
        }];
      }),
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Removes topics of requests and answers, and the entry that counts topics
 * beyond the monitor's limit.
 */
function ownTopics(names: readonly string[]): string[] {
  return names.filter((name) =>
    name !== OTHERS && !/(^|\.)_(request|response)\./.test(name)
  );
}
