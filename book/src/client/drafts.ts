import { store, stored } from "./theme.js";

/** 每页一份草稿：单元格的 id → 读者改过的代码。 */
type Drafts = Record<string, string>;

const prefix = "tidu:draft:";
const key = prefix + (document.body.dataset["progress"] ?? location.pathname);

export function loadDrafts(): Drafts {
  try {
    const value: unknown = JSON.parse(stored(key) ?? "{}");
    const entries = Object.entries(value ?? {}).filter(([, code]) => typeof code === "string");
    return Object.fromEntries(entries) as Drafts;
  } catch {
    return {};
  }
}

/** 记下一格的代码；`undefined` 表示与书里一样，不必记。 */
export function saveDraft(id: string, code: string | undefined): void {
  const drafts = loadDrafts();
  if (code === undefined) delete drafts[id];
  else drafts[id] = code;
  store(key, Object.keys(drafts).length > 0 ? JSON.stringify(drafts) : null);
}

/** 清掉所有页的草稿。 */
export function clearDrafts(): void {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(prefix)) localStorage.removeItem(name);
  } catch {
    // 存储不可用时本来就没有草稿
  }
}
