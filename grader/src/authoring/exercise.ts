import { formatNotebook, type NotebookCell, parseNotebook } from "@tidu/notebook-runtime";
import { UNANSWERED } from "../learner/wire.js";
import { messages } from "../messages.js";
import { findQuestion } from "../problems/index.js";
import { AuthoringError } from "./authoring-error.js";
import { checksum, metadataFlaw, nbgraderOf } from "./nbgrader.js";
import { personalise } from "./personal.js";

const BEGIN = /^([ \t]*)\/\/ BEGIN SOLUTION[ \t]*$/;
const END = /^[ \t]*\/\/ END SOLUTION[ \t]*$/;

/**
 * 由解答笔记本的文本生成练习笔记本的文本；同样的输入总是同样的字节。
 *
 * 给出 `student` 时，有变体的题换成这个学习者的常数。去掉带 `solution` 标签的单元格，把 BEGIN SOLUTION 与 END SOLUTION 之间换成占位，补上 nbgrader 校验和。
 */
export function buildExercise(source: string, path: string, student?: string): string {
  const notebook = personalise(parseNotebook(source), path, student);
  const cells: NotebookCell[] = [];
  const ids = new Set<string>();
  notebook.cells.forEach((cell, index) => {
    if (tagsOf(cell).includes("solution")) return;
    cells.push(buildCell(cell, index + 1, path));
    const gradeId = nbgraderOf(cell)?.grade_id;
    if (gradeId === undefined) return;
    if (ids.has(gradeId))
      throw new AuthoringError(messages.badMetadata(path, index + 1, `grade_id ${gradeId} 重复`));
    ids.add(gradeId);
  });
  return formatNotebook({ ...notebook, cells });
}

function buildCell(cell: NotebookCell, number: number, path: string): NotebookCell {
  const flaw = metadataFlaw(cell) ?? questionFlaw(cell);
  if (flaw !== null) throw new AuthoringError(messages.badMetadata(path, number, flaw));
  const id = questionOf(cell);
  const stripped = strip(cell.source, id === undefined ? undefined : findQuestion(id)?.fn);
  if (stripped === null) throw new AuthoringError(messages.unbalanced(path, number));
  if (id !== undefined && stripped === cell.source)
    throw new AuthoringError(messages.noMarker(path, number, id));
  const built: NotebookCell = { ...cell, source: stripped, metadata: structuredClone(cell.metadata) };
  const meta = nbgraderOf(built);
  if (meta !== undefined) Object.assign(meta, { checksum: checksum(built), cell_type: built.cell_type });
  return built;
}

/** 单元格里作答的题；不是作答单元格时没有。 */
export function questionOf(cell: NotebookCell): string | undefined {
  return (cell.metadata.tidu as { question?: string } | undefined)?.question;
}

function tagsOf(cell: NotebookCell): string[] {
  return Array.isArray(cell.metadata.tags) ? cell.metadata.tags : [];
}

function questionFlaw(cell: NotebookCell): string | null {
  const id = questionOf(cell);
  if (id === undefined) return null;
  const question = findQuestion(id);
  if (question === undefined) return `没有叫 ${id} 的题`;
  const meta = nbgraderOf(cell);
  if (meta === undefined || !meta.grade || !meta.solution)
    return "作答单元格要有 nbgrader 元数据（grade 与 solution 为真）";
  if (meta.points !== question.points) return `points 应为 ${question.points}`;
  return null;
}

/** 换掉 BEGIN 与 END 之间的行；不成对时为 null。 */
function strip(source: string, fn: string | undefined): string | null {
  const kept: string[] = [];
  let inside = false;
  for (const line of source.split("\n")) {
    const begin = BEGIN.exec(line);
    if (begin !== null) {
      if (inside) return null;
      inside = true;
      kept.push(`${begin[1]}// 在这里作答：写完以后删掉下面这一行。`);
      kept.push(`${begin[1]}throw new Error("${UNANSWERED}${fn === undefined ? "" : `：${fn}`}");`);
    } else if (END.test(line)) {
      if (!inside) return null;
      inside = false;
    } else if (!inside) kept.push(line);
  }
  return inside ? null : kept.join("\n");
}
