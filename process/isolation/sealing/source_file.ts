/** Extensions by the media types that are transpiled. */
const EXTENSIONS: Readonly<Record<string, string>> = {
  TypeScript: "ts",
  Mts: "mts",
  TSX: "tsx",
  JSX: "jsx",
};

/** A file that may have to be transpiled. */
export interface SourceFile {
  readonly url: string;
  /** Media type as `deno info` names it. */
  readonly mediaType: string;
  readonly text: string;
  /** Hash of the text. */
  readonly hash: string;
  /** True for code of Caryatid, which has no source maps. */
  readonly isTrusted: boolean;
}

/** JavaScript of a file, or the reason why it cannot be transpiled. */
export type Transpiled = { readonly code: string } | { readonly fault: string };

/** Returns true for a media type that is not JavaScript yet. */
export function isTranspiled(mediaType: string): boolean {
  return Object.hasOwn(EXTENSIONS, mediaType);
}

/** Returns the extension of a file with a media type that is transpiled. */
export function extensionOf({ mediaType }: SourceFile): string {
  return EXTENSIONS[mediaType]!;
}
