import type { BusAbilities } from "../../mod.ts";
import type { ConformanceFeatures } from "./features.ts";
import type { Trial } from "./trial.ts";

/** One promise of the contract, and how to check it. */
export interface Property {
  /** Its number in the contract, for example "A11". Several properties may share one. */
  readonly id: string;
  /** What holds, as a sentence without its full stop. */
  readonly says: string;
  /** On which buses it applies; on all unless given. */
  readonly needs?: Need;
  /** Rejects when the bus of `trial` doesn't keep it. */
  check(trial: Trial): Promise<void>;
}

/** Gives the reason why a property doesn't apply, or undefined where it does. */
export type Need = (
  abilities: BusAbilities,
  features: ConformanceFeatures,
) => string | undefined;

/** Holds where a full queue makes the publisher wait. */
export const publisherWaits: Need = ({ backPressure }) =>
  backPressure === "publisher"
    ? undefined
    : "its broker queues, so publish never finds a queue full";

/** Holds where messages are copied on their way. */
export const copiesMessages: Need = ({ external }) =>
  external ? undefined : "in memory messages pass by reference, of any size";

/** Holds where messages stay in this process. */
export const passesReferences: Need = ({ external }) =>
  external ? "it is external, so messages are copied" : undefined;
