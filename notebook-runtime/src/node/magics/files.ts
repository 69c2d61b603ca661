import { appendFileSync, existsSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { RuntimeError } from "../../errors.js";
import type { MagicHandler } from "../../magics/context.js";

/** 去掉引号，展开 ~。 */
function path(text: string): string {
  const bare = text.replace(/^(["'])(.*)\1$/, "$2");
  return resolve(bare.replace(/^~(?=$|[\\/])/, () => homedir()));
}

/** folder：笔记本所在的目录。 */
export function fileMagics(folder: string): Record<string, MagicHandler> {
  return {
    cd: ({ call, print }) => {
      const target = call.args === "" ? folder : path(call.args);
      try {
        process.chdir(target);
      } catch (error) {
        throw new RuntimeError("TIDU-RT-033", `进不了目录 ${target}：${(error as Error).message}`);
      }
      print(process.cwd());
    },

    pwd: ({ print }) => print(process.cwd()),

    env: ({ call, print }) => {
      const [, name = "", value] = /^([^=\s]*)\s*(?:=\s*(.*)|\s+(.*))?$/s.exec(call.args) ?? [];
      if (name === "") print(Object.keys(process.env).sort().join("\n"));
      else if (value === undefined) print(process.env[name] ?? `没有环境变量 ${name}。`);
      else {
        process.env[name] = value;
        print(`${name} 已设。`);
      }
    },

    writefile: ({ call, body, print }) => {
      if (call.args === "") throw new RuntimeError("TIDU-RT-031", "%%writefile 后面要写文件名。");
      const file = path(call.args);
      const append = "a" in call.options;
      const existed = existsSync(file);
      (append ? appendFileSync : writeFileSync)(
        file,
        body.endsWith("\n") || body === "" ? body : `${body}\n`,
      );
      print(`${append ? "已接在末尾" : existed ? "已覆盖" : "已写入"}：${file}`);
    },
  };
}
