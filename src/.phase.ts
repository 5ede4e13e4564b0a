
import { readManifest } from "./manifest/index.ts"; import { buildModel } from "./model/index.ts"; import { makePlan, provePlan } from "./plan/index.ts"; import { emit } from "./artifacts/index.ts"; import { parseDocument, parse, stringify } from "yaml";
import { compare, apply } from "./disk/index.ts"; import { createNodeHost } from "./host/node.ts";
import { manifestSchema } from "./manifest/schema.ts";
export { readManifest, buildModel, makePlan, provePlan, emit, parseDocument, parse, stringify, compare, apply, createNodeHost, manifestSchema };