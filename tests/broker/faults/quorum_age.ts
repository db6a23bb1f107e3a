/**
 * Age in milliseconds from which a quorum queue survives a kill of its broker.
 * A younger queue comes back empty.
 */
export const QUORUM_AGE = 8_000;

/** Waits {@linkcode QUORUM_AGE}: the broker reports no event at that age. */
export function quorumAge(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, QUORUM_AGE));
}
