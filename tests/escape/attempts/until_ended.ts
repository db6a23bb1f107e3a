/** Never resolves. Used by attempts after which the host ends the guest. */
export function untilEnded(): Promise<undefined> {
  return new Promise(() => {});
}
