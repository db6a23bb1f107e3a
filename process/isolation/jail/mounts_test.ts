import assert from "node:assert/strict";
import { jailMounts, mountArgs } from "./mounts.ts";

const BASE = ["/tmp", "/dev/shm", "/dev/null", "/dev/urandom"];

function argsOf(...args: Parameters<typeof jailMounts>): string[] {
  return mountArgs(
    jailMounts(...args).filter(({ path }) => !BASE.includes(path)),
  );
}

Deno.test("a jail without grants mounts devices, sized memory and own files only", () => {
  assert.deepEqual(mountArgs(jailMounts({}, ["/opt/deno"])), [
    ...["--size", "16777216", "--tmpfs", "/tmp"],
    ...["--size", "16777216", "--tmpfs", "/dev/shm"],
    ...["--dev-bind", "/dev/null", "/dev/null"],
    ...["--dev-bind", "/dev/urandom", "/dev/urandom"],
    ...["--ro-bind-try", "/opt/deno", "/opt/deno"],
  ]);
});

Deno.test("granted paths are mounted at the same path, outer folders first", () => {
  const grants = { read: ["/data/in/a", "/data/"], write: ["/data/out"] };
  assert.deepEqual(argsOf(grants, []), [
    ...["--ro-bind-try", "/data", "/data"],
    ...["--bind", "/data/out", "/data/out"],
    ...["--ro-bind-try", "/data/in/a", "/data/in/a"],
  ]);
});

Deno.test("a path that is granted for reading and writing is mounted once, writable", () => {
  assert.deepEqual(argsOf({ read: ["/data"], write: ["/data"] }, ["/data"]), [
    ...["--bind", "/data", "/data"],
  ]);
});

Deno.test("a granted path below a folder in memory is mounted after that folder", () => {
  const paths = jailMounts({ read: ["/tmp/in", "/"] }, [])
    .map(({ path }) => path);
  assert.equal(paths[0], "/");
  assert(paths.indexOf("/tmp/in") > paths.indexOf("/tmp"));
});

Deno.test("resolver and authorities are mounted only if hosts are granted", () => {
  const has = (net: string[], path: string) =>
    jailMounts({ net }, []).some((mount) => mount.path === path);
  assert(!has([], "/etc/resolv.conf"));
  assert(has(["example.com"], "/etc/resolv.conf"));
  assert(has(["example.com"], "/etc/ssl/certs"));
  assert(!has(["example.com"], "/etc/ssl"), "it holds private keys");
});

Deno.test("files of further authorities are mounted only if hosts are granted", () => {
  const authorities = ["/opt/company/ca.pem"];
  const has = (net: string[]) =>
    jailMounts({ net, authorities }, [])
      .some(({ path }) => path === authorities[0]);
  assert(!has([]));
  assert(has(["example.com"]));
});
