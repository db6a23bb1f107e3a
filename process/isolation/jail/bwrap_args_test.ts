import assert from "node:assert/strict";
import { bwrapArgs, type JailContents, limitScript } from "./bwrap_args.ts";
import { jailMounts } from "./mounts.ts";

function contents(some: Partial<JailContents> = {}): JailContents {
  const mounts = jailMounts({}, []);
  return { mounts, net: false, env: {}, cwd: "/work", ...some };
}

Deno.test("a jail separates all namespaces, drops all capabilities, and is read-only", () => {
  const args = bwrapArgs(contents()).join(" ");
  for (
    const wanted of [
      "--unshare-all --unshare-user --disable-userns --cap-drop ALL",
      "--die-with-parent --new-session --as-pid-1 --hostname guest --clearenv",
      "--proc /proc --size 16777216 --tmpfs /tmp",
      "--remount-ro /proc --dir /work --chdir /work --remount-ro /",
    ]
  ) {
    assert(args.includes(wanted), `${args} lacks ${wanted}`);
  }
  assert(!args.includes("--share-net"));
});

Deno.test("a jail shares the network of its host only if hosts are granted", () => {
  const args = bwrapArgs(contents({ net: true }));
  assert.deepEqual(args.slice(0, 2), ["--unshare-all", "--share-net"]);
});

Deno.test("a jail sets the given variables only", () => {
  const args = bwrapArgs(contents({ env: { A: "1", B: "x y" } }));
  const at = args.indexOf("--clearenv");
  assert.deepEqual(args.slice(at + 1, at + 7), [
    ...["--setenv", "A", "1"],
    ...["--setenv", "B", "x y"],
  ]);
});

Deno.test("folders in memory are read-only unless a path may be written", () => {
  const readOnly = (write: string[]) =>
    bwrapArgs(contents({ mounts: jailMounts({ write }, []) }))
      .join(" ").includes("--remount-ro /tmp");
  assert(readOnly([]));
  assert(!readOnly(["/data"]));
});

Deno.test("a grant of the root folder is mounted before /proc and not made read-only", () => {
  const args = bwrapArgs(
    contents({ mounts: jailMounts({ write: ["/"] }, []) }),
  );
  assert(args.indexOf("--bind") < args.indexOf("--proc"));
  assert(!args.join(" ").includes("--remount-ro / "));
});

Deno.test("a guest without write permission cannot grow a file, and no guest dumps core", () => {
  const limits = limitScript("/usr/bin/bwrap", false);
  assert.match(limits, /^ulimit -c 0$/m);
  assert.match(limits, /^ulimit -f 0$/m);
  assert.match(limits, /^trap '' XFSZ$/m);
  assert.match(limits, /^ulimit -n 1024/m);
  assert.match(
    limits,
    /exec '\/usr\/bin\/bwrap' --args 3 --info-fd 4 -- "\$JAILED_PROGRAM" "\$@"$/,
  );
  assert.doesNotMatch(limitScript("/usr/bin/bwrap", true), /-f 0|XFSZ/);
});

Deno.test("the path of bubblewrap is one word of the shell", () => {
  assert.match(limitScript("/a b/it's", false), /exec '\/a b\/it'\\''s' /);
});
