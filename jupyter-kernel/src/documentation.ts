import type { Inspection } from "./types/service.js";

/** 悬停的两种样子：纯文本（JupyterLab 的补全说明读它）与 Markdown（Shift-Tab 读它）。 */
export function renderInspection(found: Inspection): { plain: string; markdown: string } {
  const { signature, documentation, call, source } = found;
  const fence = (text: string) => `\`\`\`typescript\n${text}\n\`\`\``;
  const active = call?.parameter;
  const writing = active && `正在写第 ${active.index + 1} 个参数 ${active.name}`;
  const note = active?.documentation ? `：${active.documentation}` : "";
  return {
    plain: join([
      call && `${call.signature}${writing ? `\n${writing}${note}` : ""}`,
      signature,
      documentation,
      tags(
        found,
        (label, name, text) => `${label}${name && ` ${name}`}${text && `：${text}`}`,
        (text) => text,
      ),
      source && `源码（${source.where}）：\n${source.text}`,
    ]),
    markdown: join([
      call &&
        fence(call.signature) +
          (writing ? `\n\n正在写第 ${active.index + 1} 个参数 \`${active.name}\`${note}` : ""),
      fence(signature),
      links(documentation),
      tags(
        found,
        (label, name, text) => `- **${label}**${name && ` \`${name}\``}${text && `：${links(text)}`}`,
        (text) => (text.includes("```") ? text : fence(text)),
      ),
      source && `源码（${source.where}）：\n\n${fence(source.text)}`,
    ]),
  };
}

const labels: Record<string, string> = {
  param: "参数",
  typeParam: "类型参数",
  template: "类型参数",
  returns: "返回",
  return: "返回",
  throws: "抛出",
  deprecated: "已弃用",
  see: "参见",
  since: "始于",
  default: "默认值",
  defaultValue: "默认值",
  remarks: "说明",
};

const named = new Set(["param", "typeParam", "template"]);

function tags(
  { tags: found }: Inspection,
  line: (label: string, name: string, text: string) => string,
  example: (text: string) => string,
): string {
  const lines: string[] = [];
  const examples: string[] = [];
  for (const { name, text } of found) {
    if (name === "example") {
      examples.push(`例子：\n\n${example(text.trim())}`);
      continue;
    }
    const parts = named.has(name) ? /^(\S+)\s*(?:-\s*)?([\s\S]*)$/.exec(text.trim()) : null;
    lines.push(line(labels[name] ?? name, parts?.[1] ?? "", (parts?.[2] ?? text).trim()));
  }
  return join([lines.join("\n"), ...examples]);
}

/** {@link 名字} 写成行内代码。 */
function links(text: string): string {
  return text.replace(
    /\{@link(?:code|plain)?\s+([^}|\s]+)(?:[|\s]+([^}]*))?\}/g,
    (_, name, shown) => `\`${shown?.trim() || name}\``,
  );
}

function join(parts: (string | undefined | false | "")[]): string {
  return parts.filter(Boolean).join("\n\n");
}
