import type { AttemptGroup } from "../attempt.ts";
import * as fs from "node:fs";
import process from "node:process";

const WRITE = { write: ["{folder}/granted"] };
/** Bytes that exceed the memory of `/tmp` and `/dev/shm` in the jail. */
const MUCH = 32 * 2 ** 20;
const MIB = 2 ** 20;

/** Flags of Linux. */
const CLONE_NEWNS = 0x20000;
const S_IFBLK = 0o060600;
const EPERM = 1;

/**
 * Attempts against the operating system, beyond the permissions of Deno. They
 * have no control: without isolation, the results of some depend on the user.
 * None of them harms the machine if it succeeds.
 */
export const system: AttemptGroup = {
  title: "Operating system",
  jail: true,
  attempts: [
    {
      name: "lists the processes of the machine in /proc",
      uncontrolled: true,
      attempt() {
        const found = fs.readdirSync("/proc").filter((name) =>
          /^\d+$/.test(name)
        );
        if (found.length > 1) return `the secret of ${found}`;
        throw new Error("there is no process but its own");
      },
    },
    {
      name: "reads the arguments of process 1, which list its mounts",
      jail: "contained",
      why: "in the jail, the guest itself is process 1",
      uncontrolled: true,
      attempt() {
        const line = fs.readFileSync("/proc/1/cmdline", "utf8");
        if (/bwrap|systemd|init/.test(line)) return `the secret of ${line}`;
      },
    },
    {
      name: "creates a mount namespace",
      uncontrolled: true,
      attempt: () => call("unshare", ["i32"], CLONE_NEWNS),
    },
    {
      name: "mounts a file system over the root folder",
      uncontrolled: true,
      attempt: () =>
        call(
          "mount",
          ["buffer", "buffer", "buffer", "u64", "pointer"],
          // The kernel checks the right to mount before the type.
          ...[text("none"), text("/"), text("no-such-type"), 0n, null],
        ),
    },
    {
      name: "creates a device file for a disk",
      grants: WRITE,
      uncontrolled: true,
      attempt: ({ folder }) =>
        call(
          "mknod",
          ["buffer", "u32", "u64"],
          text(`${folder}/granted/disk`),
          S_IFBLK,
          0x800n,
        ),
    },
    {
      name: "opens the memory and disk devices of the machine",
      uncontrolled: true,
      attempt: () =>
        ["/dev/mem", "/dev/sda", "/dev/vda"].map((path) =>
          fs.openSync(path, "r")
        ),
    },
    {
      name: "lists the device classes of the machine in /sys",
      uncontrolled: true,
      attempt: () => fs.readdirSync("/sys/class").join(),
    },
    {
      name: "opens a kernel setting in /proc/sys for writing",
      uncontrolled: true,
      attempt: () => opens("/proc/sys/kernel/core_pattern"),
    },
    {
      name: "opens /proc/sysrq-trigger, which can restart the machine",
      uncontrolled: true,
      attempt: () => opens("/proc/sysrq-trigger"),
    },
    {
      name: "opens /proc/self/oom_score_adj to outlive a lack of memory",
      uncontrolled: true,
      attempt: () => opens("/proc/self/oom_score_adj"),
    },
    {
      name: "fills the disk with a temporary file",
      uncontrolled: true,
      attempt: () => fill("/tmp/much"),
    },
    {
      name: "fills shared memory",
      uncontrolled: true,
      attempt: () => fill("/dev/shm/much"),
    },
    {
      name: "fills memory with a temporary file while a folder is writable",
      grants: WRITE,
      uncontrolled: true,
      attempt: () => fill("/tmp/much"),
    },
    {
      name: "fills the disk with temporary files of node:sqlite",
      uncontrolled: true,
      async attempt() {
        const { DatabaseSync } = await import("node:sqlite");
        const database = new DatabaseSync("");
        database.exec("PRAGMA cache_size = 1; CREATE TABLE x(y)");
        const insert = database.prepare("INSERT INTO x VALUES (zeroblob(?))");
        for (let i = 0; i < 32; i++) insert.run(MIB);
        return "32 MiB";
      },
    },
    {
      name: "moves temporary files of node:sqlite to another folder",
      grants: WRITE,
      jail: "contained",
      uncontrolled: true,
      async attempt({ folder }) {
        const { DatabaseSync } = await import("node:sqlite");
        using database = new DatabaseSync(":memory:");
        database.exec(
          `PRAGMA temp_store_directory = '${folder}'; PRAGMA temp_store = FILE`,
        );
        return "they are moved";
      },
    },
    {
      name: "reads what other programs have stored in Deno's cache",
      uncontrolled: true,
      attempt() {
        const folder = Deno.env.get("DENO_DIR");
        return fs.readdirSync(`${folder}/location_data`).join();
      },
    },
    {
      name: "lists the file descriptors of its host in /proc",
      uncontrolled: true,
      attempt({ pid }) {
        return fs.readdirSync(`/proc/${pid}/fd`).join();
      },
    },
    {
      name: "sends a signal to all other processes",
      uncontrolled: true,
      attempt: () => process.kill(-1, 0),
    },
  ],
};

/** Opens a file for writing and writes nothing. */
function opens(path: string): string {
  fs.closeSync(fs.openSync(path, "r+"));
  return `the secret of ${path}`;
}

function fill(path: string): string {
  try {
    const file = fs.openSync(path, "w");
    for (let size = 0; size < MUCH; size += MIB) {
      fs.writeSync(file, new Uint8Array(MIB));
    }
    return `the secret of ${MUCH} bytes`;
  } finally {
    fs.rmSync(path, { force: true });
  }
}

/**
 * Calls a function of the C library. Throws if the call fails with EPERM: with
 * any other error, the process has the right to make the call.
 */
function call(
  name: string,
  parameters: Deno.NativeType[],
  ...values: unknown[]
): string {
  const library = Deno.dlopen("libc.so.6", {
    [name]: { parameters, result: "i32" },
    __errno_location: { parameters: [], result: "pointer" },
  });
  const called = library.symbols[name] as (...values: unknown[]) => number;
  const location = library.symbols.__errno_location as () => Deno.PointerValue;
  const failed = called(...values) !== 0;
  const code = new Deno.UnsafePointerView(location()!).getInt32();
  if (!failed || code !== EPERM) return `the secret of ${name}, ${code}`;
  throw new Error(`${name}: no permission`);
}

function text(value: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${value}\0`);
}
