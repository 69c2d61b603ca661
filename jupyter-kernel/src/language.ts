import { typescriptOf } from "@tidu/notebook-runtime/magics";
import { renderInspection } from "./documentation.js";
import { indentAfter } from "./indent.js";
import { magicCompletions, magicInspection } from "./magics/completion.js";
import { toCodePoints, toIndex } from "./position.js";
import type { Completion, TypeService } from "./types/service.js";

type Content = Record<string, any>;

/** complete、inspect、is_complete 三种请求：都只问类型服务，不碰正在运行的会话。 */

/**
 * `matches` 是列表里显示的名字，`_jupyter_types_experimental` 的 text 是接受之后插入的文字：
 * JupyterLab、VS Code 与经典界面插入 text；只认 matches 的前端（jupyter console）插入名字本身，
 * 要导入的名字那时由类型检查说出该加哪一行。
 */
export function completeReply(types: TypeService, request: Content): Content {
  const code = String(request["code"] ?? "");
  const position = toIndex(code, request["cursor_pos"] ?? code.length);
  const { start, end, items } =
    magicCompletions(code, position) ?? types.complete(typescriptOf(code), position);
  const from = toCodePoints(code, start);
  const to = toCodePoints(code, end);
  return {
    status: "ok",
    matches: items.map(({ text, label = text }) => label),
    cursor_start: from,
    cursor_end: to,
    metadata: {
      _jupyter_types_experimental: apart(items).map(({ text, type }) => ({
        start: from,
        end: to,
        text,
        type: unbroken(type),
      })),
    },
  };
}

/** 来处显示在 JupyterLab 列表的右边；那一栏会在空格、连字符与斜杠处折行，叠在下一条上。 */
function unbroken(type: string): string {
  return type.replaceAll(" ", "\u00a0").replaceAll("-", "\u2011").replaceAll("/", "/\u2060");
}

/**
 * JupyterLab 用所有 text 的公共前缀当作搜索词去筛显示的名字：候选全是 `import { …` 时会一个也不剩。
 * 这时在最后一个前面垫一个空格，公共前缀就没有了。
 */
function apart(items: readonly Completion[]): Completion[] {
  const [first] = items;
  const same = first && items.length > 1 && items.every(({ text }) => text[0] === first.text[0]);
  const hides = same && items.some(({ text, label = text }) => label[0] !== text[0]);
  return items.map((item, index) =>
    hides && index === items.length - 1 ? { ...item, text: ` ${item.text}` } : item,
  );
}

export function inspectReply(types: TypeService, request: Content): Content {
  const code = String(request["code"] ?? "");
  const position = toIndex(code, request["cursor_pos"] ?? code.length);
  const detail = request["detail_level"] === 1 ? 1 : 0;
  const magic = magicInspection(code, position);
  const found = magic ? undefined : types.inspect(typescriptOf(code), position, detail);
  if (!magic && !found) return { status: "ok", found: false, data: {}, metadata: {} };
  const { plain, markdown } = magic ?? renderInspection(found!);
  return {
    status: "ok",
    found: true,
    data: { "text/plain": plain, "text/markdown": markdown },
    metadata: {},
  };
}

export function isCompleteReply(types: TypeService, request: Content): Content {
  const code = typescriptOf(String(request["code"] ?? ""));
  const status = types.completeness(code);
  return status === "incomplete" ? { status, indent: indentAfter(code) } : { status };
}
