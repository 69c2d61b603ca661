export type Theme = "light" | "dark";

const key = "tidu:theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

/** 无痕模式等情形下存储不可用：按没有存过处理。 */
export function stored(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

export function store(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // 存不了就只在这一页里有效
  }
}

export function currentTheme(): Theme {
  const chosen = stored(key);
  if (chosen === "light" || chosen === "dark") return chosen;
  return dark.matches ? "dark" : "light";
}

export function applyTheme(theme = currentTheme()): void {
  const root = document.documentElement;
  if (root.dataset["theme"] === theme) return;
  root.dataset["theme"] = theme;
  document.dispatchEvent(new CustomEvent("tidu:theme", { detail: theme }));
}

/** 切到另一种；与系统一致时不记，之后继续跟随系统。 */
function toggle(): void {
  const next: Theme = currentTheme() === "dark" ? "light" : "dark";
  store(key, next === (dark.matches ? "dark" : "light") ? null : next);
  applyTheme(next);
}

export function startTheme(): void {
  dark.addEventListener("change", () => applyTheme());
  document.querySelector('[data-action="theme"]')?.addEventListener("click", toggle);
  addEventListener("storage", (event) => {
    if (event.key === key) applyTheme();
  });
  // 纸是白的
  addEventListener("beforeprint", () => applyTheme("light"));
  addEventListener("afterprint", () => applyTheme());
}
