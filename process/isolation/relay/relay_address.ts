/** Where a program that may start no processes itself finds who starts those of its guests. */
export interface RelayAddress {
  /** A socket in a folder that nobody else may look into. */
  readonly path: string;
  /** What it is told first: a guest that was granted the folder doesn't know it. */
  readonly token: string;
}

/** The flags of Deno that let a program reach it, and nothing else. */
export function relayGrants(
  { path }: RelayAddress,
): { readonly kind: "net" | "read" | "write"; readonly value: string }[] {
  return [
    { kind: "net", value: `unix:${path}` },
    { kind: "read", value: path },
    { kind: "write", value: path },
  ];
}
