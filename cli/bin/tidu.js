#!/usr/bin/env node
import { ensureBuilt } from "../../scripts/build.mjs";

ensureBuilt();
const { main } = await import("../dist/index.js");
await main(process.argv.slice(2));
