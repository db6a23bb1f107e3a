/** Data, or the end of it: a Rust enum in its form on the wire. */
export type Message = { readonly Data: string } | { readonly Stop: [] };
