import { filePath, fileUrl } from "@caryatid/process/internal/platform";
import type { Project } from "./project.ts";

/** Keys of `.npmrc` whose values are secret. */
const SECRET =
  /_auth|_authToken|_password|username|certfile|keyfile|[:=]\s*\$\{/i;

/**
 * Returns the path of the project's `.npmrc`, which names registries, unless it
 * is missing or may hold a secret: inspected code could read it.
 */
export function npmSettings({ config }: Project): string[] {
  if (config === undefined) return [];
  const path = filePath(new URL(".npmrc", fileUrl(config)));
  try {
    return SECRET.test(Deno.readTextFileSync(path)) ? [] : [path];
  } catch {
    return []; // it is missing, or Deno reports the fault
  }
}
