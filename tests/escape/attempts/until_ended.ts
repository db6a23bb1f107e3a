/** For who is to be ended for what he did: he waits for that. */
export function untilEnded(): Promise<undefined> {
  return new Promise(() => {});
}
