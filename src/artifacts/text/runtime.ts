import runtime from "handlebars/runtime.js";
import { hcl, line, md, sh } from "./quote.ts";

/** The part of Handlebars that runs compiled templates; its own types describe the whole of it elsewhere. */
const handlebars = runtime as unknown as typeof import("handlebars");
for (const [name, helper] of Object.entries({ sh, hcl, md, line })) handlebars.registerHelper(name, helper);

/** What compiled templates call: Handlebars without its parser, with our quoting helpers and nothing else. */
export const template = (specification: TemplateSpecification): ((view: object) => string) =>
  handlebars.template(specification);
