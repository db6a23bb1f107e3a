/** Texts by their file names. */
export type Files = Readonly<Record<string, string>>;
