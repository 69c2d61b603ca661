// npm run bench -- SUITE [--json FILE]
import { ensureBuilt } from "./build.mjs";

ensureBuilt();
const { main } = await import("../bench/dist/index.js");
process.exitCode = await main(process.argv.slice(2));
