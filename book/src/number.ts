import type { Problem } from "./errors.js";
import type { Label } from "./labels.js";

const label = /\\label\{([^}]*)\}/;
const reference = /\[([^\]]*)\]\(#(eq:[^)]+)\)/g;
const display = /\$\$[\s\S]*?\$\$|\\begin\{(equation|align|gather)\}[\s\S]*?\\end\{\1\}/g;

/**
 * 把一个 Markdown 单元格里的 `\tag` 与引用文字改成实际的号码，让 JupyterLab 里看到的与书里一致。
 */
export function numberSource(source: string, labels: ReadonlyMap<string, Label>): string {
  return source
    .replace(display, (math) => {
      const found = labels.get(label.exec(math)?.[1] ?? "");
      if (!found) return math;
      const bare = math.replace(/\\tag\{[^}]*\}\s*/g, "");
      return bare.replace(/\\label\{/, () => `\\tag{${found.number}}\\label{`);
    })
    .replace(reference, (whole, text: string, name: string) => {
      const found = labels.get(name);
      return found && text !== `式 (${found.number})` ? `[式 (${found.number})](#${name})` : whole;
    });
}

/** 与实际号码不符的单元格。 */
export function numberingProblems(
  cells: readonly { type: string; source: string }[],
  labels: ReadonlyMap<string, Label>,
  file: string,
): Problem[] {
  return cells.flatMap(({ type, source }, index) =>
    type === "markdown" && numberSource(source, labels) !== source
      ? [
          {
            id: "TIDU-BOOK-107",
            file,
            cell: index + 1,
            message: `\\tag 或引用里的号码与实际不符（只影响 JupyterLab）；运行 node book/bin/number.js ${file}`,
          },
        ]
      : [],
  );
}
