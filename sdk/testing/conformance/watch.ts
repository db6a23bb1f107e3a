/** A promise whose state can be looked at. That it rejects is never unhandled. */
export interface Watched<T> {
  /** The promise itself. */
  readonly promise: Promise<T>;
  /** What has become of it so far. */
  readonly state: "pending" | "fulfilled" | "rejected";
}

/** Looks after a promise that a test awaits later, or never. */
export function watch<T>(promise: Promise<T>): Watched<T> {
  const watched: {
    promise: Promise<T>;
    state: Watched<T>["state"];
  } = { promise, state: "pending" };
  promise.then(
    () => watched.state = "fulfilled",
    () => watched.state = "rejected",
  );
  return watched;
}

/** The states of many, as text that a failure can show. */
export function states(all: readonly Watched<unknown>[]): string {
  return all.map(({ state }) => state).join(" ");
}
