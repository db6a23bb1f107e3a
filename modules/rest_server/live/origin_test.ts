import assert from "node:assert/strict";
import { originAllowed, type OriginRules } from "./origin.ts";

function rules(...allowed: string[]): OriginRules {
  return { allowed, pagePort: 8_123 };
}

Deno.test("originAllowed() allows pages of the same host, also behind a proxy that ends TLS", () => {
  assert(originAllowed("http://a.example", "a.example", rules()));
  assert(originAllowed("https://a.example", "a.example", rules()));
  assert(originAllowed("https://a.example", "A.example:443", rules()));
  assert(originAllowed("http://a.example:8000", "a.example:8000", rules()));
  assert(originAllowed("http://[::1]:8000", "[::1]:8000", rules()));
  assert(originAllowed("http://a.example:8123", "a.example:8124", rules()));
});

Deno.test("originAllowed() allows clients without a page, and listed origins", () => {
  assert(originAllowed(undefined, "a.example", rules()));
  assert(
    originAllowed(
      "https://b.example",
      "a.example",
      rules("https://b.example"),
    ),
  );
  assert(originAllowed("https://c.example", "a.example", rules("*")));
});

Deno.test("originAllowed() refuses all others", () => {
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
    const friend = rules("https://friend.example");
    assert(!originAllowed(origin, host, friend), `${origin} at ${host}`);
  }
});
