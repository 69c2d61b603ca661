// npm start：编译过期的部分，生成站点，启动服务，印出一个网址。
// 用法：npm start -- [--port N] [--no-open]
import { join } from "node:path";
import { ensureBuilt, root } from "./build.mjs";

const firstPort = 4300;
const lastPort = 4319;

function fail(message, code = 1) {
  console.error(message);
  process.exit(code);
}

function parse(argv) {
  const options = { port: undefined, open: true };
  for (let i = 0; i < argv.length; i++) {
    const [name, inline] = argv[i].split("=", 2);
    if (name === "--no-open") options.open = false;
    else if (name === "--port") {
      const text = inline ?? argv[++i] ?? "";
      options.port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
      if (!(options.port <= 65535)) {
        fail(`TIDU-BOOK-002：端口号 ${text || "（空）"} 不对：应是 0 到 65535 的整数，例如 --port 4300`, 2);
      }
    } else fail(`不认得参数 ${argv[i]}。用法：npm start -- [--port N] [--no-open]`, 2);
  }
  return options;
}

/** 指明了端口就只用它；没指明时从 4300 起找一个空的。 */
async function listen(serve, site, options) {
  const open = options.open && Boolean(process.stdout.isTTY);
  if (options.port !== undefined) return serve({ root: site, port: options.port, open });
  for (let port = firstPort; ; port++) {
    try {
      return await serve({ root: site, port, open });
    } catch (error) {
      if (error.id !== "TIDU-BOOK-001" || port >= lastPort) throw error;
    }
  }
}

const options = parse(process.argv.slice(2));
console.log("检查并编译过期的部分……");
ensureBuilt();
try {
  const { buildSite, checkPort, serve } = await import("@tidu/book");
  if (options.port !== undefined) await checkPort(options.port);
  const site = join(root, "site");
  await buildSite({ root, out: site, log: (line) => console.log(line) });
  const server = await listen(serve, site, options);
  console.log(`\n打开 ${server.url}　（按 Ctrl+C 停止）`);
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.once(signal, () => {
      server.close().then(() => process.exit(0));
    });
  }
} catch (error) {
  fail(error.id ? error.message : (error.stack ?? String(error)));
}
