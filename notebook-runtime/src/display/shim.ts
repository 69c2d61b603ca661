// 在 tidu 内核里，import { display } from "tslab" 得到的就是这个文件：与 tslab 1.0 的公开接口相同。
import { base64 } from "./bytes.js";
import { currentHost } from "./host.js";

export interface Display {
  javascript(s: string): void;
  html(s: string): void;
  markdown(s: string): void;
  latex(s: string): void;
  svg(s: string): void;
  png(b: Uint8Array): void;
  jpeg(b: Uint8Array): void;
  gif(b: Uint8Array): void;
  pdf(b: Uint8Array): void;
  text(s: string): void;
  raw(contentType: string, b: string | Uint8Array): void;
}

export const versions = { tslab: "1.0.22", typescript: "7.0.2", node: globalThis.process?.version ?? "" };

let count = 0;

function create(id?: string): Display {
  let update = false;
  const raw = (contentType: string, content: string | Uint8Array): void => {
    const data = content instanceof Uint8Array ? base64(content) : content;
    currentHost().display({ [contentType]: data }, {}, id, update);
    update = id !== undefined;
  };
  return {
    javascript: (s) => raw("text/javascript", s),
    html: (s) => raw("text/html", s),
    markdown: (s) => raw("text/markdown", s),
    latex: (s) => raw("text/latex", s),
    svg: (s) => raw("image/svg+xml", s),
    png: (b) => raw("image/png", b),
    jpeg: (b) => raw("image/jpeg", b),
    gif: (b) => raw("image/gif", b),
    pdf: (b) => raw("application/pdf", b),
    text: (s) => raw("text/plain", s),
    raw,
  };
}

export const display: Display = create();

/** 每次调用改写同一处显示。 */
export function newDisplay(): Display {
  return create(`tslab-${Date.now().toString(36)}-${++count}`);
}
