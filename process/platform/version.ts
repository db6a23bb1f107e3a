/** Version of this package; equal to the version in deno.json. */
export const VERSION = "0.1.0";

/** URL of the folder that holds this package. */
export const PACKAGE_FOLDER: string = new URL("../", import.meta.url).href;
