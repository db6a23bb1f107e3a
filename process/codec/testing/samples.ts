/** Sample of a kind of message. */
interface Sample {
  /** Minimum rate as a multiple of that of JSON. */
  readonly goal: number;
  /** Creates a message, equal to the others. */
  readonly make: () => unknown;
}

const SMALL = 1;
const KILOBYTE = 0.6;

export type SampleName =
  | "tick"
  | "clock"
  | "test"
  | "order"
  | "flat"
  | "text"
  | "readings";

/**
 * Messages to measure: three small ones, then different ones of about a
 * kilobyte.
 */
export const SAMPLES: Readonly<Record<SampleName, Sample>> = {
  tick: {
    goal: SMALL,
    make: () => ({ number: 1, time: "2024-01-02T03:04:05.123Z" }),
  },
  clock: {
    goal: SMALL,
    make: () => ({
      Clock: { time: "2024-01-02T03:04:05.123456789Z", number: 17 },
    }),
  },
  test: {
    goal: SMALL,
    make: () => ({ Test: { data: "Hello, world!", number: 42 } }),
  },
  order: { goal: KILOBYTE, make: order },
  flat: { goal: KILOBYTE, make: flat },
  text: {
    goal: KILOBYTE,
    make: () => ({
      method: "GET",
      path: "/a/b",
      body: "Lorem ipsum dolor sit amet, consetetur elitr. ".repeat(20),
      code: 200,
    }),
  },
  readings: {
    goal: KILOBYTE,
    make: () => ({
      sensor: "a7",
      values: Array.from({ length: 80 }, (_, i) => 20 + Math.sin(i)),
    }),
  },
};

function order(): unknown {
  return {
    id: "3f1c7a52-9f0e-4a57-8b66-0f2f3ad5e1c4",
    number: 184_467,
    created: "2024-01-02T03:04:05.123Z",
    paid: true,
    note: null,
    customer: {
      name: "Ada Lovelace",
      email: "ada@example.com",
      city: "Zürich",
      country: "CH",
      points: 1250,
    },
    items: Array.from({ length: 7 }, (_, i) => ({
      sku: `SKU-${1000 + i}`,
      title: `Article number ${i} of the list`,
      quantity: i + 1,
      price: 19.9 + i,
      tags: ["new", "red"],
    })),
    total: 1234.56,
    history: [1704164645123, 1704164645999, 1704164650001],
  };
}

/**
 * Forty-five short fields: the most heads, and the most work for keys, that a
 * kilobyte has.
 */
function flat(): unknown {
  const fields = [1000, "value of the field", true];
  return Object.fromEntries(
    Array.from({ length: 45 }, (_, i) => [`field_${i}`, fields[i % 3]]),
  );
}
