/** One mount of a jail, at the same path as outside. */
export interface Mount {
  /**
   * `device` is a device file; `memory` is an empty file system in memory;
   * `hidden` is a file that cannot be opened.
   */
  readonly kind: "read" | "write" | "device" | "memory" | "hidden";
  /** Absolute path. */
  readonly path: string;
  /** Path outside of the jail, if it is another one. */
  readonly source?: string;
  /** True if the jail starts without a mount whose path does not exist. */
  readonly optional?: boolean;
}

/** Size of each file system in memory, in bytes. */
export const MEMORY_MOUNT_SIZE: number = 16 * 1024 * 1024;

/** Devices that every guest has. */
const DEVICES = ["/dev/null", "/dev/urandom"];
/** Folders in memory, which code expects to exist. */
const MEMORY = ["/tmp", "/dev/shm"];

/** Files by which names of hosts are resolved. */
const RESOLVER = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/host.conf",
  "/etc/nsswitch.conf",
  "/etc/gai.conf",
];
/** Certificates of authorities, by distribution. No private keys. */
const AUTHORITIES = [
  "/etc/ssl/certs",
  "/etc/ssl/cert.pem",
  "/etc/ca-certificates",
  "/etc/pki/ca-trust",
  "/etc/pki/tls/certs",
  "/usr/share/ca-certificates",
  "/usr/local/share/ca-certificates",
];

/** Grants of paths and hosts, as a jail needs them. */
export interface JailGrants {
  readonly read?: readonly string[] | undefined;
  readonly write?: readonly string[] | undefined;
  readonly net?: readonly string[] | undefined;
  /** Files with further certificates of authorities, for network access. */
  readonly authorities?: readonly string[];
  /** Files in granted folders that the guest may not open. */
  readonly hidden?: readonly string[];
  /** Copies that the guest has in place of granted paths, by these paths. */
  readonly copies?: ReadonlyMap<string, string>;
}

/**
 * Returns the mounts of a jail, outer folders first: a mount hides everything
 * below its path. A granted path replaces other mounts at the same path.
 *
 * @param own read-only files and folders that Deno and the guest's code need
 */
export function jailMounts(
  { read = [], write = [], net = [], ...more }: JailGrants,
  own: readonly string[],
): Mount[] {
  const { authorities = [], hidden = [], copies } = more;
  const network = net.length === 0
    ? []
    : [...RESOLVER, ...AUTHORITIES, ...authorities];
  const byPath = new Map<string, Mount>();
  const add = (kind: Mount["kind"], paths: readonly string[]) => {
    for (const path of paths.map(withoutSlash)) {
      byPath.set(path, { kind, path, optional: kind === "read" });
    }
  };
  add("memory", MEMORY);
  add("device", DEVICES);
  add("read", [...own, ...network]);
  add("read", read);
  add("write", write);
  add("hidden", hidden);
  for (const [path, source] of copies ?? []) {
    const mount = byPath.get(withoutSlash(path));
    if (mount) byPath.set(mount.path, { ...mount, source });
  }
  return [...byPath.values()].sort((a, b) => depth(a.path) - depth(b.path));
}

/** Returns the arguments of bubblewrap for mounts. */
export function mountArgs(mounts: readonly Mount[]): string[] {
  return mounts.flatMap(({ kind, path, source = path, optional }) => {
    switch (kind) {
      case "memory":
        return ["--size", `${MEMORY_MOUNT_SIZE}`, "--tmpfs", path];
      case "device":
        return ["--dev-bind", path, path];
      case "write":
        return ["--bind", source, path];
      case "hidden": // a device, on a mount without devices
        return ["--ro-bind", "/dev/null", path];
      case "read":
        return [optional ? "--ro-bind-try" : "--ro-bind", path, path];
    }
  });
}

function withoutSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/, "");
}

function depth(path: string): number {
  return path.split("/").filter((part) => part !== "").length;
}
