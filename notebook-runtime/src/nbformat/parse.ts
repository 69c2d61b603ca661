import { RuntimeError } from "../errors.js";
import type { MimeBundle } from "../types.js";
import type { Notebook, NotebookCell, NotebookOutput } from "./types.js";

type Json = Record<string, unknown>;

/**
 * 读 .ipynb 文本（nbformat 4.x），把多行数组合成文本，缺的 id 按序补上。
 *
 * @throws RuntimeError TIDU-NB-001 … 009，消息指出是哪个单元格、该怎么改。
 */
export function parseNotebook(text: string): Notebook {
  const body = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (body.trim() === "") throw new RuntimeError("TIDU-NB-001", "笔记本是空文件：至少要有一个 JSON 对象。");
  let raw: unknown;
  try {
    raw = JSON.parse(body);
  } catch (cause) {
    throw new RuntimeError("TIDU-NB-001", `笔记本不是合法的 JSON：${(cause as Error).message}${hint(body)}`, {
      cause,
    });
  }
  if (!isObject(raw))
    throw new RuntimeError("TIDU-NB-002", `笔记本的顶层必须是对象，这里是${describe(raw)}。`);
  if (raw.nbformat === undefined) {
    throw new RuntimeError("TIDU-NB-003", "缺少 nbformat：这不像是 Jupyter 笔记本（.ipynb）。");
  }
  if (raw.nbformat !== 4) {
    throw new RuntimeError(
      "TIDU-NB-003",
      `只支持 nbformat 4，这里是 ${JSON.stringify(raw.nbformat)}。请用 jupyter nbconvert --to notebook 转换后再试。`,
    );
  }
  const minor = raw.nbformat_minor;
  if (!Number.isInteger(minor) || (minor as number) < 0) {
    throw new RuntimeError("TIDU-NB-003", `nbformat_minor 必须是非负整数，这里是${describe(minor)}。`);
  }
  if (raw.metadata !== undefined && !isObject(raw.metadata)) {
    throw new RuntimeError("TIDU-NB-005", `笔记本的 metadata 必须是对象，这里是${describe(raw.metadata)}。`);
  }
  if (!Array.isArray(raw.cells)) {
    throw new RuntimeError("TIDU-NB-004", `cells 必须是数组，这里是${describe(raw.cells)}。`);
  }
  const cells = raw.cells.map(parseCell);
  assignIds(cells);
  return { nbformat: 4, nbformat_minor: minor as number, metadata: (raw.metadata ?? {}) as Json, cells };
}

function parseCell(raw: unknown, index: number): NotebookCell {
  const where = `第 ${index + 1} 个单元格`;
  if (!isObject(raw)) throw new RuntimeError("TIDU-NB-005", `${where}必须是对象，这里是${describe(raw)}。`);
  const { cell_type: type, metadata = {}, id = "" } = raw;
  if (type !== "code" && type !== "markdown" && type !== "raw") {
    throw new RuntimeError(
      "TIDU-NB-005",
      `${where}的 cell_type 必须是 code、markdown 或 raw，这里是${describe(type)}。`,
    );
  }
  if (!("source" in raw))
    throw new RuntimeError("TIDU-NB-006", `${where}没有 source。空单元格请写 "source": []。`);
  if (!isObject(metadata)) {
    throw new RuntimeError("TIDU-NB-005", `${where}的 metadata 必须是对象，这里是${describe(metadata)}。`);
  }
  if (typeof id !== "string" || (id !== "" && !/^[a-zA-Z0-9_-]{1,64}$/.test(id))) {
    throw new RuntimeError(
      "TIDU-NB-007",
      `${where}的 id 只能由 1–64 个字母、数字、- 和 _ 组成，这里是${describe(id)}。`,
    );
  }
  const source = joinLines(raw.source, `${where}的 source`);
  if (type !== "code") {
    const attachments = isObject(raw.attachments) ? { attachments: raw.attachments } : {};
    return { cell_type: type, id, metadata, source, ...attachments };
  }
  const { execution_count: count = null, outputs = [] } = raw;
  if (count !== null && !Number.isInteger(count)) {
    throw new RuntimeError(
      "TIDU-NB-005",
      `${where}的 execution_count 必须是整数或 null，这里是${describe(count)}。`,
    );
  }
  if (!Array.isArray(outputs)) {
    throw new RuntimeError("TIDU-NB-008", `${where}的 outputs 必须是数组，这里是${describe(outputs)}。`);
  }
  return {
    cell_type: "code",
    id,
    metadata,
    source,
    execution_count: count as number | null,
    outputs: outputs.map((output, n) => parseOutput(output, `${where}的第 ${n + 1} 个输出`)),
  };
}

function parseOutput(raw: unknown, where: string): NotebookOutput {
  if (!isObject(raw)) throw new RuntimeError("TIDU-NB-008", `${where}必须是对象，这里是${describe(raw)}。`);
  switch (raw.output_type) {
    case "stream": {
      const name = raw.name === "stderr" ? "stderr" : "stdout";
      return { output_type: "stream", name, text: joinLines(raw.text ?? "", `${where}的 text`) };
    }
    case "display_data":
    case "execute_result": {
      const data = parseBundle(raw.data, where);
      const metadata = isObject(raw.metadata) ? raw.metadata : {};
      if (raw.output_type === "display_data") return { output_type: "display_data", data, metadata };
      const count = Number.isInteger(raw.execution_count) ? (raw.execution_count as number) : null;
      return { output_type: "execute_result", data, metadata, execution_count: count };
    }
    case "error": {
      const { ename = "", evalue = "", traceback = [] } = raw;
      const lines = Array.isArray(traceback) ? traceback.map(String) : [String(traceback)];
      return { output_type: "error", ename: String(ename), evalue: String(evalue), traceback: lines };
    }
    default:
      throw new RuntimeError(
        "TIDU-NB-008",
        `${where}的 output_type 必须是 stream、display_data、execute_result 或 error，这里是${describe(raw.output_type)}。`,
      );
  }
}

function parseBundle(raw: unknown, where: string): MimeBundle {
  if (!isObject(raw))
    throw new RuntimeError("TIDU-NB-008", `${where}的 data 必须是对象，这里是${describe(raw)}。`);
  const data: MimeBundle = {};
  for (const [mime, value] of Object.entries(raw)) {
    data[mime] = isJsonMime(mime) ? value : joinLines(value, `${where}的 ${mime}`);
  }
  return data;
}

/** JSON 类的内容类型：值原样保存，不拆行。 */
export function isJsonMime(mime: string): boolean {
  return /^application\/(?:json$|.*\+json$)/i.test(mime);
}

function joinLines(value: unknown, where: string): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((line) => typeof line === "string")) return value.join("");
  throw new RuntimeError("TIDU-NB-006", `${where} 必须是字符串或字符串数组，这里是${describe(value)}。`);
}

/** 缺的 id 从位置得出，所以同一个文件每次读出来都一样；重复的 id 报错。 */
function assignIds(cells: NotebookCell[]): void {
  const seen = new Map<string, number>();
  cells.forEach((cell, index) => {
    if (cell.id === "") return;
    const first = seen.get(cell.id);
    if (first !== undefined) {
      throw new RuntimeError(
        "TIDU-NB-009",
        `第 ${first + 1} 个和第 ${index + 1} 个单元格的 id 都是 ${JSON.stringify(cell.id)}：id 不能重复，请改掉其中一个。`,
      );
    }
    seen.set(cell.id, index);
  });
  cells.forEach((cell, index) => {
    if (cell.id !== "") return;
    let id = `cell-${index + 1}`;
    while (seen.has(id)) id += "x";
    seen.set(id, index);
    cell.id = id;
  });
}

function hint(body: string): string {
  if (/^<{7} |^={7}$|^>{7} /m.test(body)) return "。文件里有 Git 合并冲突的标记，请先解决冲突。";
  return "。请用 JupyterLab 或 tidu nb format 重新保存，不要手改引号和逗号。";
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (value === undefined) return "缺失";
  if (Array.isArray(value)) return "数组";
  if (isObject(value)) return "对象";
  return ` ${JSON.stringify(value)}`;
}
