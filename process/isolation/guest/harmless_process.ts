/**
 * What packages of npm that were written for Node look for in `process` when they are loaded: nothing of it touches anything but
 * themselves.
 */
export function harmlessProcess(): object {
  const { os, arch } = Deno.build;
  const node = "22.0.0";
  return {
    title: "guest",
    env: {},
    argv: [],
    execArgv: [],
    platform: os === "windows" ? "win32" : os,
    arch: arch === "x86_64" ? "x64" : "arm64",
    version: `v${node}`,
    versions: { node },
    cwd: () => "/",
    emitWarning() {},
    on() {
      return this;
    },
    once() {
      return this;
    },
    off() {
      return this;
    },
    emit: () => false,
    listenerCount: () => 0,
    nextTick(work: (...given: unknown[]) => void, ...given: unknown[]): void {
      queueMicrotask(() => work(...given));
    },
  };
}
