import {
  describePolicy,
  type Gradebook,
  GradebookError,
  gradebookMessages as messages,
  noPolicy,
  type Policy,
  showTime,
} from "@tidu/grader/node";
import { withGradebook } from "./view.js";

export interface PolicyOptions {
  deadline?: string;
  grace?: string;
  percent?: string;
  cap?: string;
  keep?: string;
}

export function policy(db: string, assignment: string, options: PolicyOptions): Promise<number> {
  const change = readPolicy(options);
  return withGradebook(db, async (gradebook) => {
    await requireAssignment(gradebook, assignment);
    const kept = (await gradebook.policies()).find(({ name }) => name === assignment) ?? noPolicy;
    const now = Object.keys(change).length === 0 ? kept : await gradebook.setPolicy(assignment, change);
    console.log(`${assignment}：${describePolicy(now)}。`);
    return 0;
  });
}

export function extend(db: string, student: string, assignment: string, until: string): Promise<number> {
  const deadline = readTime(until);
  return withGradebook(db, async (gradebook) => {
    await requireAssignment(gradebook, assignment);
    await gradebook.extend(student, assignment, deadline);
    console.log(`${student} 的 ${assignment} 延到 ${showTime(deadline)}。`);
    return 0;
  });
}

async function requireAssignment(gradebook: Gradebook, name: string): Promise<void> {
  const known = await gradebook.assignments();
  if (!known.includes(name))
    throw new GradebookError(
      messages.noSuchAssignment(
        name,
        known.filter((one) => one !== ""),
      ),
    );
}

function readPolicy({ deadline, grace, percent, cap, keep }: PolicyOptions): Partial<Policy> {
  const change: Partial<Policy> = {};
  if (deadline !== undefined) change.deadline = deadline === "none" ? null : readTime(deadline);
  if (grace !== undefined) change.grace = readNumber("--grace", grace, Number.POSITIVE_INFINITY);
  if (percent !== undefined) change.perDay = readNumber("--percent", percent, 100);
  if (cap !== undefined) change.cap = readNumber("--cap", cap, 100);
  if (keep !== undefined) {
    if (keep !== "last" && keep !== "best")
      throw new GradebookError(messages.badChoice("--keep", keep, ["last", "best"]));
    change.keep = keep;
  }
  return change;
}

function readTime(text: string): number {
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new GradebookError(messages.badTime(text));
  return time;
}

function readNumber(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= most) return value;
  throw new GradebookError(most === 100 ? messages.badPercent(flag, text) : messages.badNumber(flag, text));
}
