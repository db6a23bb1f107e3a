import assert from "node:assert/strict";
import { freePorts } from "./free_port.ts";

const COUNT = 200;
const OTHER = `
  import { freePorts } from "${new URL("free_port.ts", import.meta.url).href}";
  postMessage(freePorts(${COUNT}));
`;

Deno.test("a port is returned once, also before a program listens on it and in another thread", async () => {
  const url = `data:text/javascript,${encodeURIComponent(OTHER)}`;
  const worker = new Worker(url, { type: "module" });
  const theirs = Promise.withResolvers<number[]>();
  worker.onmessage = ({ data }) => theirs.resolve(data);
  const ours = freePorts(COUNT);
  const all = [...ours, ...await theirs.promise];
  worker.terminate();
  assert.equal(new Set(all).size, 2 * COUNT);
});
