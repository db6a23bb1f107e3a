/**
 * Returns a text that changes with a file and with the links in its path. A
 * file that cannot be read has the same stamp as a missing one.
 */
export function fileStamp(path: string): string {
  try {
    const { mtime, ctime, size, ino, dev } = Deno.statSync(path);
    const times = [mtime?.getTime(), ctime?.getTime()];
    return [Deno.realPathSync(path), ...times, size, ino, dev].join();
  } catch {
    return "missing"; // using the file reports the reason
  }
}
