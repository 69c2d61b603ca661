import type { Entry } from "../gradebook/records.js";

export interface CsvOptions {
  /** 开头加 UTF-8 BOM，Excel 才按 UTF-8 读中文。 */
  bom?: boolean;
}

/**
 * 一个单元格。以 `= + - @`、制表符或回车开头的文字，Excel 会当公式运行：前面加一个单引号。
 * 数不加，照样可以求和。
 */
export function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[\s]*[=+\-@\t\r＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\n\r']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** 成绩表：每个学生的每份作业一行（算数的那一次），每题一列。 */
export function gradesCsv(entries: Entry[], { bom = false }: CsvOptions = {}): string {
  const counted = entries.filter(({ counts }) => counts);
  const questions = [
    ...new Set(
      counted.flatMap(({ outcome }) =>
        outcome?.kind === "graded" ? outcome.graded.questions.map(({ id }) => id) : [],
      ),
    ),
  ].sort();
  const head = [
    "学生",
    "作业",
    "得分",
    "满分",
    "原始分",
    "迟交天数",
    "扣百分之",
    "交卷时刻",
    "说明",
    "文件",
    ...questions,
  ];
  const rows = counted.map((entry) => {
    const { student, assignment, outcome, final, late, received, path } = entry;
    const graded = outcome?.kind === "graded" ? outcome.graded : null;
    const scores = new Map(graded?.questions.map(({ id, score }) => [id, score]));
    return [
      ...[
        student,
        assignment,
        graded === null ? null : final,
        graded?.maxScore ?? null,
        graded?.score ?? null,
      ],
      ...[late.days, late.percent, new Date(received).toISOString()],
      ...[outcome?.kind === "refused" ? outcome.message : "", path],
      ...questions.map((id) => scores.get(id) ?? null),
    ];
  });
  return table([head, ...rows], bom);
}

/**
 * nbgrader 导出成绩（`nbgrader export`）用的列，一份作业一行；导进教务系统的脚本可以照旧用。
 */
export function nbgraderCsv(
  entries: Entry[],
  deadlines: Map<string, number | null>,
  options: CsvOptions = {},
): string {
  const head = [
    ...["assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"],
    ...["raw_score", "late_submission_penalty", "score", "max_score"],
  ];
  const rows = entries
    .filter(({ counts, outcome }) => counts && outcome?.kind === "graded")
    .map(({ student, assignment, outcome, final, received }) => {
      const { score, maxScore } = (outcome as { graded: { score: number; maxScore: number } }).graded;
      const deadline = deadlines.get(assignment) ?? null;
      const due = deadline === null ? null : stamp(deadline);
      const penalty = Math.round((score - final) * 100) / 100;
      // 作业名里的斜杠在 nbgrader 里不合法。
      const name = assignment.replaceAll("/", "-");
      return [name, due, stamp(received), student, null, null, null, score, penalty, final, maxScore];
    });
  return table([head, ...rows], options.bom ?? false);
}

/** nbgrader 的时刻：UTC，没有时区。 */
function stamp(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace("T", " ");
}

function table(rows: (string | number | null)[][], bom: boolean): string {
  return `${bom ? "\ufeff" : ""}${rows.map((row) => row.map(csvCell).join(",")).join("\r\n")}\r\n`;
}
