/** Something to carry, or the end of it: a Rust enum, in the form that it has on the wire. */
export type Message = { readonly Data: string } | { readonly Stop: [] };
