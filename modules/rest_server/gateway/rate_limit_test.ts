import assert from "node:assert/strict";
import { RateLimiter } from "./rate_limit.ts";

Deno.test("RateLimiter allows a burst, then a steady rate", () => {
  const limiter = new RateLimiter({ requests: 4, per: 1_000, clients: 10 });
  for (let i = 0; i < 4; i++) assert.equal(limiter.take("a", 0), 0);
  assert.equal(limiter.take("a", 0), 250);
  assert.equal(limiter.take("a", 125), 125);
  assert.equal(limiter.take("a", 250), 0);
  assert.equal(limiter.take("a", 250), 250);
  for (let i = 0; i < 4; i++) assert.equal(limiter.take("a", 100_000), 0);
  assert.equal(limiter.take("a", 100_000), 250);
});

Deno.test("RateLimiter counts each client separately", () => {
  const limiter = new RateLimiter({ requests: 1, per: 1_000, clients: 10 });
  assert.equal(limiter.take("a", 0), 0);
  assert.equal(limiter.take("b", 0), 0);
  assert(limiter.take("a", 0) > 0);
});

Deno.test("RateLimiter forgets the client that was seen least recently", () => {
  const limiter = new RateLimiter({ requests: 1, per: 1_000, clients: 2 });
  limiter.take("a", 0);
  limiter.take("b", 0);
  limiter.take("a", 0);
  limiter.take("c", 0);
  assert.equal(limiter.size, 2);
  assert(limiter.take("a", 0) > 0);
  assert.equal(limiter.take("b", 0), 0);
});
