/** What an entry may have in bytes. A writer refuses more; a reader, who can't know it, takes it for damage. */
export const MOST_ENTRY_BYTES: number = 64 * 1024 * 1024;

/** Entries gather until they have about so many bytes, even where nothing else has them written. */
export const BATCH_BYTES: number = 1024 * 1024;

/** Arrays and objects may be nested this deep, as in the codec. */
export const MOST_DEPTH = 128;
