/** 一份作业怎样收、迟交怎样扣。 */
export interface Policy {
  /** 截止时刻，毫秒；null 表示没有截止。 */
  deadline: number | null;
  /** 宽限，分钟：在这以内不扣。 */
  grace: number;
  /** 每迟一天扣原始分的百分之几；不足一天算一天。 */
  perDay: number;
  /** 最多扣百分之几。 */
  cap: number;
  /** 交了几次时算哪一次。 */
  keep: "last" | "best";
}

export const noPolicy: Policy = { deadline: null, grace: 0, perDay: 0, cap: 100, keep: "last" };

export interface Lateness {
  /** 迟了几天；按时为 0。 */
  days: number;
  /** 扣百分之几。 */
  percent: number;
  /** 用的是延期后的截止时刻。 */
  extended: boolean;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/**
 * 迟交扣多少：在截止加宽限以内不扣；过了就从截止时刻算起，不足一天算一天，每天扣 `perDay`，最多 `cap`。
 *
 * @example
 * lateness({ deadline: 0, grace: 10, perDay: 20, cap: 50, keep: "last" }, 25 * 3600_000); // 两天，扣 40
 */
export function lateness(policy: Policy, received: number, extension?: number): Lateness {
  const extended = extension !== undefined;
  const deadline = extension ?? policy.deadline;
  if (deadline === null || received <= deadline + policy.grace * MINUTE)
    return { days: 0, percent: 0, extended };
  const days = Math.ceil((received - deadline) / DAY);
  return { days, percent: Math.min(policy.cap, days * policy.perDay), extended };
}

/** 扣过以后的分数，两位小数。 */
export function afterPenalty(raw: number, percent: number): number {
  return Math.round(raw * (100 - percent)) / 100;
}

/** 一句话说清这条规则。 */
export function describePolicy(policy: Policy): string {
  const keep = policy.keep === "best" ? "交几次算最高的一次" : "交几次算最后一次";
  if (policy.deadline === null) return `没有截止时刻；${keep}`;
  const parts = [`截止 ${showTime(policy.deadline)}`];
  if (policy.grace > 0) parts.push(`宽限 ${policy.grace} 分钟`);
  parts.push(
    policy.perDay > 0 ? `每迟一天扣 ${policy.perDay}%，最多扣 ${policy.cap}%` : "迟交不扣分，只注明",
  );
  return `${parts.join("，")}；${keep}`;
}

/** 本机时区的时刻，到分。 */
export function showTime(time: number): string {
  const date = new Date(time);
  const two = (x: number) => String(x).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
