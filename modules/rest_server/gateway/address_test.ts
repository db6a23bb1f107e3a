import assert from "node:assert/strict";
import {
  clientAddress,
  isWithin,
  type Network,
  ownerOf,
  parseNetwork,
} from "./address.ts";

function networks(...texts: string[]): Network[] {
  return texts.map((text) => parseNetwork(text)!);
}

Deno.test("parseNetwork() takes addresses and networks of both kinds, and nothing else", () => {
  for (
    const good of [
      "10.0.0.1",
      "10.0.0.0/8",
      "0.0.0.0/0",
      "::1",
      "::",
      "2001:db8::/32",
      "1:2:3:4:5:6:7:8",
      "::ffff:10.0.0.1",
    ]
  ) assert(parseNetwork(good), good);
  for (
    const bad of [
      "",
      "a",
      "10.0.0",
      "10.0.0.256",
      "10.0.0.0/33",
      "10.0.0.0/",
      "10.0.0.0/-1",
      "10.0.0.0/8/8",
      "1:2:3",
      "::1::",
      "12345::",
      "1:2:3:4:5:6:7:8:9",
      ":::",
      "::/129",
    ]
  ) assert.equal(parseNetwork(bad), undefined, bad);
});

Deno.test("isWithin() compares the first bits, and recognizes an IPv4-mapped IPv6 address", () => {
  const inner = networks("10.0.0.0/8", "2001:db8::/32");
  assert(isWithin("10.255.0.1", inner));
  assert(isWithin("::ffff:10.1.2.3", inner));
  assert(isWithin("2001:db8:1::7", inner));
  assert(!isWithin("11.0.0.1", inner));
  assert(!isWithin("2001:db9::1", inner));
  assert(!isWithin("unknown", inner));
});

Deno.test("clientAddress() trusts only the configured proxies, from the last one on", async (t) => {
  const trusted = networks("10.0.0.0/8");
  const cases: [peer: string, forwarded: string, client: string][] = [
    ["1.1.1.1", "2.2.2.2", "1.1.1.1"],
    ["10.0.0.1", "2.2.2.2", "2.2.2.2"],
    ["10.0.0.1", "9.9.9.9, 2.2.2.2", "2.2.2.2"],
    ["10.0.0.1", "9.9.9.9, 2.2.2.2, 10.0.0.2", "2.2.2.2"],
    ["10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"],
    ["10.0.0.1", "9.9.9.9, nonsense, 10.0.0.2", "10.0.0.2"],
    ["10.0.0.1", "nonsense", "10.0.0.1"],
    ["10.0.0.1", "", "10.0.0.1"],
  ];
  for (const [peer, forwarded, client] of cases) {
    await t.step(`${peer} for "${forwarded}": ${client}`, () => {
      assert.equal(clientAddress(peer, forwarded, trusted), client);
    });
  }
});

Deno.test("ownerOf() treats the addresses of an IPv6 network as one client", () => {
  assert.equal(ownerOf("10.0.0.1"), "10.0.0.1");
  assert.equal(ownerOf("2001:db8::1"), ownerOf("2001:db8::ffff:2"));
  assert.notEqual(ownerOf("2001:db8:0:1::1"), ownerOf("2001:db8::1"));
});
