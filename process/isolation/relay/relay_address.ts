/**
 * Address of the relay that starts guests for a program without that right.
 */
export interface RelayAddress {
  /** Path of a socket, in a folder that only its user can open. */
  readonly path: string;
  /** Secret of a request. Guests with access to the folder do not have it. */
  readonly token: string;
}

/** Returns the permissions to connect to the relay. */
export function relayGrants(
  { path }: RelayAddress,
): { readonly kind: "net" | "read" | "write"; readonly value: string }[] {
  return [
    { kind: "net", value: `unix:${path}` },
    { kind: "read", value: path },
    { kind: "write", value: path },
  ];
}
