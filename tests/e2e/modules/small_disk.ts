/**
 * File system of a megabyte in memory, if the machine allows one.
 */
export class SmallDisk implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Returns the reason why no such disk can be made, as text. */
  static async mount(options = "size=1m"): Promise<SmallDisk | string> {
    if (Deno.build.os !== "linux") return "tmpfs is Linux's own";
    const path = await Deno.makeTempDir({ prefix: "caryatid_disk_" });
    const refusal = await run(
      "mount",
      "-t",
      "tmpfs",
      "-o",
      options,
      "tmpfs",
      path,
    );
    if (refusal === undefined) return new SmallDisk(path);
    await Deno.remove(path);
    return refusal;
  }

  /** Reason why no such disk can be made, or undefined. */
  static async refusal(): Promise<string | undefined> {
    const disk = await SmallDisk.mount();
    if (typeof disk === "string") return disk;
    await disk[Symbol.asyncDispose]();
  }

  /** Makes the disk read-only. */
  async remountReadOnly(): Promise<void> {
    const refusal = await run("mount", "-o", "remount,ro", this.path);
    if (refusal !== undefined) throw new Error(refusal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await run("umount", this.path);
    await Deno.remove(this.path);
  }
}

async function run(
  command: string,
  ...args: string[]
): Promise<string | undefined> {
  try {
    const { success, stderr } = await new Deno.Command(command, {
      args,
      stdout: "null",
    }).output();
    return success ? undefined : new TextDecoder().decode(stderr).trim();
  } catch (error) {
    return (error as Error).message; // the command is not installed
  }
}
