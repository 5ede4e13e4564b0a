export { init } from "./init.ts";
export type { InitOptions } from "./options.ts";
