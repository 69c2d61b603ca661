import { toCodePoints, toIndex } from "./position.js";
import type { TypeService } from "./types/service.js";
import { readDirectives } from "./types/switch.js";

type Content = Record<string, any>;

/** complete、inspect、is_complete 三种请求：都只问类型服务，不碰正在运行的会话。 */

export function completeReply(types: TypeService, request: Content): Content {
  const code = String(request["code"] ?? "");
  const position = toIndex(code, request["cursor_pos"] ?? code.length);
  const { start, end, items } = types.complete(code, position);
  const from = toCodePoints(code, start);
  const to = toCodePoints(code, end);
  return {
    status: "ok",
    matches: items.map(({ text }) => text),
    cursor_start: from,
    cursor_end: to,
    metadata: {
      _jupyter_types_experimental: items.map(({ text, type }) => ({ start: from, end: to, text, type })),
    },
  };
}

export function inspectReply(types: TypeService, request: Content): Content {
  const code = String(request["code"] ?? "");
  const position = toIndex(code, request["cursor_pos"] ?? code.length);
  const found = types.inspect(code, position, request["detail_level"] === 1 ? 1 : 0);
  if (!found) return { status: "ok", found: false, data: {}, metadata: {} };
  const { signature, documentation, source } = found;
  const plain = [signature, documentation, source && `源码：\n${source}`].filter(Boolean).join("\n\n");
  const fence = (text: string) => `\`\`\`typescript\n${text}\n\`\`\``;
  const markdown = [fence(signature), documentation, source && `源码：\n\n${fence(source)}`];
  return {
    status: "ok",
    found: true,
    data: { "text/plain": plain, "text/markdown": markdown.filter(Boolean).join("\n\n") },
    metadata: {},
  };
}

export function isCompleteReply(types: TypeService, request: Content): Content {
  const { code } = readDirectives(String(request["code"] ?? ""));
  const status = types.completeness(code);
  return status === "incomplete" ? { status, indent: indentAfter(code) } : { status };
}

/** 下一行的缩进：照最后一行，它以开括号结尾就再进两格。 */
function indentAfter(code: string): string {
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^[ \t]*/.exec(last)![0];
  return /[{([]\s*$|=>\s*$/.test(last) ? `${indent}  ` : indent;
}
