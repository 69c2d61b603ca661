import type { Verdict, VerdictKind } from "../judge/judge.js";
import { findQuestion } from "../problems/index.js";

/** 一个班在一份作业上的样子。 */
export interface Statistics {
  students: number;
  /** 没能判的有几份。 */
  refused: number;
  mean: number;
  median: number;
  maxScore: number;
  /** 得分率分十档，每档几个人；满分落在最后一档。 */
  distribution: number[];
  questions: QuestionStatistics[];
  mistakes: MistakeCount[];
  branches: BranchCount[];
}

export interface QuestionStatistics {
  id: string;
  title: string;
  /** 得分率，0 到 1。 */
  rate: number;
  verdicts: Record<VerdictKind, number>;
  /** 区分度：答对的人与没答对的人，其余各题得分率之差。 */
  discrimination: number | null;
}

export interface MistakeCount {
  question: string;
  title: string;
  diagnosis: string;
  message: string;
  count: number;
}

export interface BranchCount {
  question: string;
  title: string;
  branch: string;
  /** 有几个人在这个分支上错了。 */
  count: number;
}

/** 一份的各题裁决；没能判的为 null。 */
export type Sheet = Verdict[] | null;

const mean = (values: number[]) =>
  values.length === 0 ? 0 : values.reduce((sum, x) => sum + x, 0) / values.length;

/** 从全班的裁决得出统计；与次序无关。 */
export function statisticsOf(sheets: Sheet[]): Statistics {
  const graded = sheets.filter((sheet) => sheet !== null);
  const totals = graded.map((sheet) => sum(sheet, (verdict) => verdict.score));
  const maxScore = Math.max(0, ...graded.map((sheet) => sum(sheet, (verdict) => verdict.maxScore)));
  const sorted = [...totals].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const distribution = new Array<number>(10).fill(0);
  for (const [i, total] of totals.entries()) {
    const top = sum(graded[i]!, (verdict) => verdict.maxScore);
    distribution[top === 0 ? 0 : Math.min(9, Math.floor((10 * total) / top + 1e-9))]!++;
  }
  return {
    students: sheets.length,
    refused: sheets.length - graded.length,
    mean: mean(totals),
    median:
      sorted.length === 0
        ? 0
        : sorted.length % 2
          ? sorted[middle]!
          : (sorted[middle - 1]! + sorted[middle]!) / 2,
    maxScore,
    distribution,
    questions: questionsOf(graded),
    mistakes: mistakesOf(graded),
    branches: branchesOf(graded),
  };
}

function sum(sheet: Verdict[], pick: (verdict: Verdict) => number): number {
  return sheet.reduce((total, verdict) => total + pick(verdict), 0);
}

function questionsOf(sheets: Verdict[][]): QuestionStatistics[] {
  const ids = [...new Set(sheets.flatMap((sheet) => sheet.map(({ id }) => id)))];
  return ids.map((id) => {
    const verdicts = { right: 0, wrong: 0, undecided: 0, unanswered: 0, error: 0 };
    const rates: number[] = [];
    const others = { right: [] as number[], not: [] as number[] };
    let title = id;
    for (const sheet of sheets) {
      const verdict = sheet.find((one) => one.id === id);
      if (verdict === undefined) continue;
      title = verdict.title;
      verdicts[verdict.verdict]++;
      // 不计分的题看答对没有
      rates.push(
        verdict.maxScore === 0 ? Number(verdict.verdict === "right") : verdict.score / verdict.maxScore,
      );
      const rest = sheet.filter((one) => one.id !== id);
      const top = sum(rest, (one) => one.maxScore);
      if (top > 0)
        others[verdict.verdict === "right" ? "right" : "not"].push(sum(rest, (one) => one.score) / top);
    }
    const both = others.right.length > 0 && others.not.length > 0;
    return {
      id,
      title,
      rate: mean(rates),
      verdicts,
      discrimination: both ? mean(others.right) - mean(others.not) : null,
    };
  });
}

function mistakesOf(sheets: Verdict[][]): MistakeCount[] {
  const found = new Map<string, MistakeCount>();
  for (const { id, title, diagnosis } of sheets.flat()) {
    if (diagnosis === null) continue;
    const key = `${id}/${diagnosis}`;
    const mutant = findQuestion(id)?.mutants.find((one) => one.id === diagnosis);
    const message = mutant?.says ?? diagnosis;
    const kept = found.get(key) ?? { question: id, title, diagnosis, message, count: 0 };
    kept.count++;
    found.set(key, kept);
  }
  return [...found.values()].sort(byCount(({ question, diagnosis }) => `${question}/${diagnosis}`));
}

function branchesOf(sheets: Verdict[][]): BranchCount[] {
  const found = new Map<string, BranchCount>();
  for (const { id, title, failed } of sheets.flat()) {
    for (const [branch, wrong] of Object.entries(failed)) {
      if (wrong === 0) continue;
      const key = `${id}/${branch}`;
      const name = findQuestion(id)?.branches.find((one) => one.id === branch)?.title ?? branch;
      const kept = found.get(key) ?? { question: id, title, branch: name, count: 0 };
      kept.count++;
      found.set(key, kept);
    }
  }
  return [...found.values()].sort(byCount(({ question, branch }) => `${question}/${branch}`));
}

/** 多的在前；一样多时按名字，结果才不随提交的次序变。 */
function byCount<T extends { count: number }>(name: (item: T) => string): (a: T, b: T) => number {
  return (a, b) => b.count - a.count || (name(a) < name(b) ? -1 : 1);
}
