import assert from "node:assert/strict";
import { gunzipSync, gzipSync } from "node:zlib";
import { fromMember, memberLength, toMember } from "./gzip_members.ts";

const bytes = new TextEncoder().encode("entry\n".repeat(1_000));

Deno.test("memberLength and fromMember restore what toMember compressed", async () => {
  const member = await toMember(bytes);
  assert.equal(memberLength(member), member.length);
  assert.equal(memberLength(member.subarray(0, 20)), member.length);
  assert.deepEqual(new Uint8Array(await fromMember(member)), bytes);
});

Deno.test("a standard gunzip reads concatenated members", async () => {
  const both = new Uint8Array([
    ...await toMember(bytes),
    ...await toMember(bytes),
  ]);
  assert.equal(gunzipSync(both).length, 2 * bytes.length);
});

Deno.test("memberLength distinguishes an incomplete header from a foreign member", async () => {
  const member = await toMember(bytes);
  assert.equal(memberLength(member.subarray(0, 19)), undefined);
  assert.equal(memberLength(gzipSync(bytes)), -1);
  assert.equal(memberLength(new Uint8Array(20)), -1);
});

Deno.test("fromMember refuses a member with a changed byte", async () => {
  const member = await toMember(bytes);
  member[member.length - 10]! ^= 1;
  await assert.rejects(fromMember(member));
});

Deno.test("fromMember refuses a member that decompresses to too many bytes", async () => {
  const bomb = gzipSync(new Uint8Array(80 * 1024 * 1024));
  assert(bomb.length < 100_000);
  await assert.rejects(fromMember(bomb), { code: "ERR_BUFFER_TOO_LARGE" });
});
