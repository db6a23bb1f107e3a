/** The oldest supported version of Node.js, as npm writes it. */
export const NODE = ">=22";

/** A package for npm. */
export interface NpmPackage {
  readonly name: string;
  /** The text of each file by its path. */
  readonly files: ReadonlyMap<string, string>;
  /** Versions of the packages that its code imports. */
  readonly dependencies: Readonly<Record<string, string>>;
}
