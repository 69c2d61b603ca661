import { createHash } from "node:crypto";
import type { NotebookCell } from "@tidu/notebook-runtime";

/** nbgrader 单元格元数据，第 3 版。 */
export interface NbgraderMetadata {
  schema_version: 3;
  grade: boolean;
  solution: boolean;
  locked: boolean;
  task: boolean;
  grade_id: string;
  points?: number;
  checksum?: string;
  cell_type?: string;
}

export function nbgraderOf(cell: NotebookCell): NbgraderMetadata | undefined {
  return cell.metadata.nbgrader as NbgraderMetadata | undefined;
}

/** nbgrader 自己的校验和（md5）：学习者改动了不该改的单元格时，nbgrader 据此发现。 */
export function checksum(cell: NotebookCell): string {
  const meta = nbgraderOf(cell)!;
  const python = (flag: boolean) => (flag ? "True" : "False");
  const locked = meta.solution ? false : meta.grade || meta.locked;
  const md5 = createHash("md5")
    .update(cell.source)
    .update(cell.cell_type)
    .update(python(meta.grade))
    .update(python(meta.solution))
    .update(python(locked))
    .update(meta.grade_id);
  if (meta.grade) md5.update(pythonFloat(meta.points ?? 0));
  return md5.digest("hex");
}

function pythonFloat(x: number): string {
  return Number.isInteger(x) ? `${x}.0` : String(x);
}

/** 元数据里的毛病；没有时为 null。规则照 nbgrader 的 MetadataValidatorV3。 */
export function metadataFlaw(cell: NotebookCell): string | null {
  const meta = nbgraderOf(cell);
  if (meta === undefined) return null;
  if (meta.schema_version !== 3) return "schema_version 应为 3";
  for (const key of ["grade", "solution", "locked", "task"] as const) {
    if (typeof meta[key] !== "boolean") return `缺少 ${key}`;
  }
  if (!/^[A-Za-z0-9_-]+$/.test(meta.grade_id ?? "")) return "grade_id 只能用字母、数字、- 与 _";
  if (meta.grade && typeof meta.points !== "number") return "计分的单元格缺少 points";
  if (cell.cell_type === "markdown" && meta.grade !== meta.solution) return "文字单元格须同时计分又作答";
  return null;
}
