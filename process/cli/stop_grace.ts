/** Behind its stop deadline a process has 2 s to close its buses, and Deno needs a moment to end; in milliseconds. */
export const STOP_GRACE = 3_000;
