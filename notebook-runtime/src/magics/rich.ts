import { html, latex, markdown, svg } from "../display/index.js";
import type { MagicHandler } from "./context.js";

/** 正文是文字的格命令：整段交给显示函数。 */
export const rich: Record<string, MagicHandler> = {
  html: ({ body }) => html(body),
  markdown: ({ body }) => markdown(body),
  latex: ({ body }) => latex(body.trim()),
  svg: ({ body }) => svg(body.trim()),
  javascript: ({ body, emit }) =>
    emit({
      output_type: "display_data",
      data: {
        "application/javascript": body,
        "text/plain": "（JavaScript：只在 JupyterLab 受信任的笔记本里执行）",
      },
      metadata: {},
    }),
};
