import type { BusAbilities } from "../../mod.ts";
import type { ConformanceFeatures, Trial } from "./trial.ts";

/** A checkable statement of a property of the contract. */
export interface Property {
  /**
   * Id of the property in docs/contract.md, such as "A11". Several statements
   * may share one.
   */
  readonly id: string;
  /** The statement, as the name of a test. */
  readonly title: string;
  /** Condition of the buses to which it applies (default: all). */
  readonly needs?: Need;
  /** Rejects if the bus of `trial` violates the statement. */
  check(trial: Trial): Promise<void>;
}

/**
 * Returns the reason why a statement does not apply to a bus, or undefined if
 * it applies.
 */
export type Need = (
  abilities: BusAbilities,
  features: ConformanceFeatures,
) => string | undefined;

/** Applies to buses on which publishers wait for a full queue. */
export const publisherWaits: Need = ({ backPressure }) =>
  backPressure === "publisher"
    ? undefined
    : "the broker queues, so publish finds no full queue";

/** Applies to buses that copy messages. */
export const copiesMessages: Need = ({ external }) =>
  external ? undefined : "in memory, messages of any size pass by reference";

/** Applies to buses that pass messages by reference. */
export const passesReferences: Need = ({ external }) =>
  external ? "the bus is external and copies messages" : undefined;
