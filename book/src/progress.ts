/** 学习进度；只存在读者自己的浏览器里。 */
export interface Progress {
  version: 1;
  /** 读完的章 → 日期（ISO）。 */
  read: Record<string, string>;
  /** 练习 → 小题 → 通过的日期。 */
  passed: Record<string, Record<string, string>>;
}

export function emptyProgress(): Progress {
  return { version: 1, read: {}, passed: {} };
}

const isDate = (value: unknown) => typeof value === "string" && !Number.isNaN(Date.parse(value));

function dates(value: unknown): Record<string, string> {
  if (!value || typeof value !== "object") return {};
  return Object.fromEntries(Object.entries(value).filter(([, date]) => isDate(date))) as Record<
    string,
    string
  >;
}

/** 读存下的或导入的进度；不认得的内容丢掉，不是进度则是 `undefined`。 */
export function parseProgress(text: string): Progress | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { version, read, passed } = (value ?? {}) as Partial<Progress>;
  if (version !== 1) return undefined;
  const exercises = Object.entries(passed ?? {}).map(([key, questions]) => [key, dates(questions)] as const);
  return { version: 1, read: dates(read), passed: Object.fromEntries(exercises) };
}

/** 合并两份进度，各取较早的日期。 */
export function mergeProgress(a: Progress, b: Progress): Progress {
  const merge = (x: Record<string, string> = {}, y: Record<string, string> = {}) => {
    const out = { ...x };
    for (const [key, date] of Object.entries(y)) if (!out[key] || date < out[key]) out[key] = date;
    return out;
  };
  const keys = new Set([...Object.keys(a.passed), ...Object.keys(b.passed)]);
  return {
    version: 1,
    read: merge(a.read, b.read),
    passed: Object.fromEntries([...keys].map((key) => [key, merge(a.passed[key], b.passed[key])])),
  };
}
