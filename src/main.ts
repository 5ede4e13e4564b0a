#!/usr/bin/env node
import { run } from "./cli/index.ts";
import { createNodeHost } from "./host/node.ts";

process.exitCode = await run(process.argv.slice(2), createNodeHost(new URL("../", import.meta.url)));
