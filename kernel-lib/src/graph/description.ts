import type { BoxText } from "./picture.js";

/** 按次序读图的文字，给读屏软件：每个框由什么算来、数值、伴随。 */
export function describeBoxes(texts: readonly BoxText[]): string {
  const names = new Map(texts.map((t) => [t.box, t.title]));
  return texts
    .map(({ box, title, note, value, adjoint }) => {
      const from = box.inputs.map((l) => names.get(l.from)).join("、");
      const kind = { input: "输入", constant: "常量", op: "", block: "一段 " }[box.kind];
      const how = from ? `，由 ${from} 算出${note ? `（${note}）` : ""}` : "";
      const text = `${kind}${kind === "输入" ? " " : ""}${title}${how}：${spoken(value)}`;
      return adjoint ? `${text}，伴随 ${spoken(adjoint)}` : text;
    })
    .join("。");
}

/** 对齐用的空格读不出来，矩阵的行用分号隔开。 */
function spoken(rows: readonly string[]): string {
  return rows.map((r) => r.replace(/[\u2007\u2008]/g, "").replaceAll("\u2002", "，")).join("；");
}
