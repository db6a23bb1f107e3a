/** Tags of what only JavaScript has, between a host and its guests. They never leave the machine, so they need no registry. */
export const DATE = 1;
export const BIGINT = 2;
export const FLOAT = 3;
export const FLOAT32 = 4;
export const MAP_ENTRIES = 5;
export const SET = 6;
