/** Arrays and objects may be nested this deep, the outermost counted. A cycle ends here, and no stack overflows. */
export const MOST_DEPTH = 128;

/** What a message may take in memory when it is decoded: so much anyway, and so much more for each of its bytes. */
export const FREE_MEMORY: number = 64 * 1024 * 1024;
export const MEMORY_PER_BYTE = 32;

/** What a message may have in bytes when nobody says otherwise. One object that is in a message many times can make more of it. */
export const MOST_BYTES: number = 128 * 1024 * 1024;
