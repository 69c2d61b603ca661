import { createRequire } from "node:module";
import { protocolVersion } from "./message.js";

const require = createRequire(import.meta.url);
const { version } = require("../package.json") as { version: string };
const { version: typescript } = require("typescript/package.json") as { version: string };

export function kernelInfo(): Record<string, unknown> {
  return {
    status: "ok",
    protocol_version: protocolVersion,
    implementation: "tidu",
    implementation_version: version,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      codemirror_mode: "typescript",
      pygments_lexer: "typescript",
      nbconvert_exporter: "script",
    },
    banner: `梯度 TypeScript 内核 ${version}（TypeScript ${typescript}，Node ${process.versions.node}）`,
    debugger: false,
    help_links: [{ text: "TypeScript 手册", url: "https://www.typescriptlang.org/zh/docs/" }],
    supported_features: [],
  };
}
