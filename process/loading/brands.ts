import { isModule, type Module } from "@caryatid/sdk";
import type { BusClass } from "@caryatid/sdk/bus";
import { isBusClass } from "@caryatid/sdk/internal/checks";
import type { ExportBrand } from "./loader.ts";

/** Brand of modules. */
export const MODULE: ExportBrand<Module> = {
  name: "a module",
  kind: "module",
  is: isModule,
};

/** Brand of classes of buses. */
export const BUS: ExportBrand<BusClass> = {
  name: "a bus",
  kind: "bus",
  is: isBusClass,
};
