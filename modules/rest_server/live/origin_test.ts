import assert from "node:assert/strict";
import { originAllowed } from "./origin.ts";

Deno.test("originAllowed() lets in pages of the same host, whatever ended TLS", () => {
  assert(originAllowed("http://a.example", "a.example", []));
  assert(originAllowed("https://a.example", "a.example", []));
  assert(originAllowed("https://a.example", "A.example:443", []));
  assert(originAllowed("http://a.example:8000", "a.example:8000", []));
  assert(originAllowed("http://[::1]:8000", "[::1]:8000", []));
});

Deno.test("originAllowed() lets in what is no page, and what is listed", () => {
  assert(originAllowed(undefined, "a.example", []));
  assert(
    originAllowed("https://b.example", "a.example", ["https://b.example"]),
  );
  assert(originAllowed("https://c.example", "a.example", ["*"]));
});

Deno.test("originAllowed() keeps others out", () => {
  const others: [origin: string, host: string | undefined][] = [
    ["https://b.example", "a.example"],
    ["http://a.example:8001", "a.example:8000"],
    ["http://a.example.evil.example", "a.example"],
    ["http://sub.a.example", "a.example"],
    ["null", "a.example"],
    ["null", "null"],
    ["file://", ""],
    ["", ""],
    ["", "a.example"],
    ["https://a.example", undefined],
    ["https://a.example", ""],
    ["https://b.example", "a.example@b.example/"],
  ];
  for (const [origin, host] of others) {
    const allowed = ["https://friend.example"];
    assert(!originAllowed(origin, host, allowed), `${origin} at ${host}`);
  }
});
