export { busConformance } from "./suite.ts";
export type { ConformanceFeatures } from "./trial.ts";
