import { OTHERS } from "../../monitor/count_table.ts";

/** What a module did on the bus: topics that it published and requested on, patterns that it subscribed to and handled. */
export interface TopicUse {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
  readonly request: readonly string[];
  readonly handle: readonly string[];
}

/** The rights of a module on topics. */
export const TOPIC_RIGHTS = [
  "publish",
  "subscribe",
  "request",
  "handle",
] as const;

/** What `[monitor] output` is, as far as it is used. */
type Snapshot = Readonly<
  Record<string, {
    readonly reads: Table;
    readonly writes: Table<{ readonly written: number }>;
    readonly requests?: Table;
    readonly handlings?: Table;
  }>
>;
type Table<T = unknown> = Readonly<Record<string, T>>;

/** Reads the file that a monitor wrote; undefined if there is none. */
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
          publish: meant(accepted),
          subscribe: meant(Object.keys(reads)),
          request: meant(Object.keys(more.requests ?? {})),
          handle: meant(Object.keys(more.handlings ?? {})),
        }];
      }),
    );
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Without what requests travel on, and what stands for all beyond a monitor's bound. */
function meant(names: readonly string[]): string[] {
  return names.filter((name) =>
    name !== OTHERS && !/(^|\.)_(request|response)\./.test(name)
  );
}
