import runtime from "handlebars/runtime.js";
import { code, hcl, html, json, line, md, mermaid, sh } from "./quote.ts";
import { yaml } from "./yaml-scalar.ts";

/** The part of Handlebars that runs compiled templates; its own types describe the whole of it elsewhere. */
const handlebars = runtime as unknown as typeof import("handlebars");
const HELPERS = { code, hcl, html, json, line, md, mermaid, sh, yaml };
for (const [name, helper] of Object.entries(HELPERS)) handlebars.registerHelper(name, helper);

/** What compiled templates call: Handlebars without its parser, with our quoting helpers and nothing else. */
export const template = (specification: TemplateSpecification): ((view: object) => string) =>
  handlebars.template(specification);
