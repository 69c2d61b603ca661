import { emptyProgress, mergeProgress, type Progress, parseProgress } from "../progress.js";
import { clearDrafts } from "./drafts.js";
import { toast } from "./page.js";
import { store, stored } from "./theme.js";

const key = "tidu:progress";
const current = document.body.dataset["progress"];

function load(): Progress {
  return parseProgress(stored(key) ?? "") ?? emptyProgress();
}

function save(progress: Progress): void {
  store(key, JSON.stringify(progress));
  show(progress);
}

/** 记下本页的一道小题已通过。 */
export function markPassed(question: string): void {
  if (!current) return;
  const progress = load();
  const passed = (progress.passed[current] ??= {});
  if (passed[question]) return;
  passed[question] = new Date().toISOString();
  save(progress);
}

function show(progress: Progress): void {
  for (const link of document.querySelectorAll<HTMLElement>("[data-read]")) {
    link.classList.toggle("done", link.dataset["read"]! in progress.read);
  }
  for (const link of document.querySelectorAll<HTMLElement>("[data-passed]")) {
    const count = Object.keys(progress.passed[link.dataset["passed"]!] ?? {}).length;
    link.textContent = count > 0 ? `练习 ${count} 题已过` : "练习";
  }
  const summary = document.querySelector('[data-slot="progress-summary"]');
  if (summary) {
    const read = Object.keys(progress.read).length;
    const passed = Object.values(progress.passed).reduce((sum, item) => sum + Object.keys(item).length, 0);
    summary.textContent = `读完 ${read} 章，通过 ${passed} 道小题。进度记在这台设备的浏览器里，不上传。`;
  }
  for (const cell of document.querySelectorAll<HTMLElement>("[data-question]")) {
    const done = current !== undefined && progress.passed[current]?.[cell.dataset["question"]!] !== undefined;
    cell.classList.toggle("passed", done);
  }
}

/** 页尾在眼前停满两秒，算读完这一章。 */
function watchEnd(): void {
  const end = document.querySelector(".pager") ?? document.querySelector("article")?.lastElementChild;
  if (document.body.dataset["page"] !== "chapter" || !current || !end) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  new IntersectionObserver((entries, observer) => {
    clearTimeout(timer);
    if (!entries[0]?.isIntersecting) return;
    timer = setTimeout(() => {
      observer.disconnect();
      const progress = load();
      progress.read[current] ??= new Date().toISOString();
      save(progress);
    }, 2000);
  }).observe(end);
}

function exportFile(): void {
  const url = URL.createObjectURL(new Blob([JSON.stringify(load(), null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `tidu-progress-${new Date().toISOString().slice(0, 10)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

async function importFile(input: HTMLInputElement): Promise<void> {
  const file = input.files?.[0];
  input.value = "";
  if (!file) return;
  const imported = parseProgress(await file.text());
  if (!imported) return toast("这个文件不是从这本书导出的进度");
  save(mergeProgress(load(), imported));
  toast("已并入进度");
}

function reset(): void {
  const before = load();
  if (!confirm("清空这台设备上的学习进度和改过的代码？想留一份进度的话，先导出。")) return;
  save(emptyProgress());
  clearDrafts();
  if (Object.keys(before.read).length + Object.keys(before.passed).length > 0) toast("进度已清空");
}

export function startProgress(): void {
  show(load());
  watchEnd();
  addEventListener("storage", (event) => {
    if (event.key === key) show(load());
  });
  document.querySelector('[data-action="progress-export"]')?.addEventListener("click", exportFile);
  document.querySelector('[data-action="progress-reset"]')?.addEventListener("click", reset);
  document
    .querySelector<HTMLInputElement>('[data-action="progress-import"]')
    ?.addEventListener("change", (event) => {
      void importFile(event.target as HTMLInputElement);
    });
}
