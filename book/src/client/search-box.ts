import { type Hit, type SearchPage, search } from "../search.js";
import { element, root } from "./page.js";

let pages: Promise<SearchPage[]> | undefined;

/** 全书文字只在第一次搜索时取。 */
function loadPages(): Promise<SearchPage[]> {
  pages ??= fetch(`${root}search.json`).then((response) => {
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    return response.json() as Promise<SearchPage[]>;
  });
  return pages;
}

const input = element("input", {
  type: "search",
  placeholder: "搜索全书，例如：拐点",
  "aria-label": "搜索全书",
  role: "combobox",
  "aria-controls": "search-results",
  "aria-expanded": "true",
  autocomplete: "off",
  spellcheck: "false",
});
const list = element("ol", { id: "search-results", role: "listbox", "aria-label": "结果" });
const note = element("p", { class: "search-note", role: "status" });
const dialog = element("dialog", { class: "search", "aria-label": "搜索" }, input, note, list);
let selected = 0;

function select(index: number): void {
  const items = [...list.children];
  if (items.length === 0) return;
  selected = (index + items.length) % items.length;
  items.forEach((item, i) => {
    item.setAttribute("aria-selected", String(i === selected));
  });
  items[selected]!.scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", items[selected]!.id);
}

function item(hit: Hit, index: number): HTMLElement {
  const text = hit.snippet.map((part, i) => (i % 2 ? element("mark", {}, part) : part));
  const head = hit.heading || hit.page;
  const small = hit.heading && hit.heading !== hit.page ? [element("small", {}, hit.page)] : [];
  const link = element(
    "a",
    { href: root + hit.url, tabindex: "-1" },
    element("b", {}, head),
    ...small,
    element("p", {}, ...text),
  );
  return element("li", { id: `hit-${index}`, role: "option" }, link);
}

async function update(): Promise<void> {
  const query = input.value;
  if (query.trim() === "") {
    list.replaceChildren();
    note.textContent = "↑↓ 选择，回车打开，Esc 关闭。";
    note.hidden = false;
    return;
  }
  try {
    const hits = search(await loadPages(), query);
    if (query !== input.value) return;
    list.replaceChildren(...hits.map(item));
    note.hidden = hits.length > 0;
    note.textContent = `没有找到「${query}」。`;
    select(0);
  } catch {
    pages = undefined;
    note.hidden = false;
    note.textContent = "取不到搜索数据；检查书的服务是否还在运行。";
  }
}

function openSearch(): void {
  if (!dialog.isConnected) document.body.append(dialog);
  dialog.showModal();
  input.select();
  void update();
}

export function startSearch(): void {
  for (const button of document.querySelectorAll('[data-action="search"]')) {
    button.addEventListener("click", openSearch);
  }
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return; // macOS 上编辑器里的 Ctrl+K 是删到行尾
    const target = event.target as HTMLElement;
    const typing = target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
    const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
    if (slash || (event.key === "k" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      openSearch();
    }
  });
  input.addEventListener("input", update);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // 输入法里的回车与方向键归输入法
    if (event.key === "ArrowDown") select(selected + 1);
    else if (event.key === "ArrowUp") select(selected - 1);
    else if (event.key === "Enter") list.children[selected]?.querySelector("a")?.click();
    else if (event.key === "Escape")
      dialog.close(); // 浏览器默认先清空输入框
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
