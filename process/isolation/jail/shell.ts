/** Shell that starts bubblewrap. */
export const SHELL = "/bin/sh";
