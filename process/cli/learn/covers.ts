/** Whether who is granted `wide` may use `narrow`, as Deno sees it: a folder has what lies in it, a host all its ports. */
export function covers(
  kind: "net" | "read" | "write" | "env",
  wide: string,
  narrow: string,
): boolean {
  if (wide === narrow) return true;
  if (kind === "net") return narrow.replace(/:\d+$/, "") === wide;
  if (kind === "env") {
    return wide.endsWith("*") && narrow.startsWith(wide.slice(0, -1));
  }
  const folder = wide.replace(/[/\\]$/, "");
  return narrow.startsWith(folder) &&
    /^[/\\]/.test(narrow.slice(folder.length));
}
