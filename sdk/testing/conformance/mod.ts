export type { ConformanceFeatures } from "./features.ts";
export { busConformance } from "./suite.ts";
