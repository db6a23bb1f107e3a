import type { SchemaIssue, StandardSchema } from "@caryatid/sdk";
import { MOST_QUEUE_SIZE, QUEUE_SIZE } from "@caryatid/sdk/internal/checks";

interface InMemorySettings {
  readonly queueSize: number;
  readonly freeze: boolean;
}

const SIZE_KEY = "subscriber-queue-size";

/**
 * Written without a schema library, which would take as long to load as
 * everything else.
 */
const settings: StandardSchema<unknown, InMemorySettings> = {
  "~standard": {
    version: 1,
    vendor: "caryatid",
    validate: (value) => {
      const given = value as Record<string, unknown>;
      const { [SIZE_KEY]: queueSize = QUEUE_SIZE, freeze = false } = given;
      const issues: SchemaIssue[] = [];
      if (
        !Number.isInteger(queueSize) || Number(queueSize) < 1 ||
        Number(queueSize) > MOST_QUEUE_SIZE
      ) {
        issues.push({
          path: [SIZE_KEY],
          message: `expected a whole number from 1 to ${MOST_QUEUE_SIZE}`,
        });
      }
      if (typeof freeze !== "boolean") {
        issues.push({ path: ["freeze"], message: "expected true or false" });
      }
      for (const key of Object.keys(given)) {
        if (key !== SIZE_KEY && key !== "freeze") {
          issues.push({
            path: [key],
            message: `unknown key; expected ${SIZE_KEY} or freeze`,
          });
        }
      }
      return issues.length > 0 ? { issues } : {
        value: { queueSize: queueSize as number, freeze: freeze as boolean },
      };
    },
  },
};

/**
 * Class `in-memory` without its code, for checks: the keys
 * `subscriber-queue-size` (100) and `freeze` (false).
 */
export const inMemoryDefinition = {
  name: "in-memory",
  description: "Carries messages within the process, by reference",
  config: settings,
};
