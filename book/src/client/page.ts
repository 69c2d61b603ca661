/** 站点根相对本页的地址。 */
export const root = document.body.dataset["root"] ?? "./";

export function assetUrl(path: string): string {
  return new URL(`${root}assets/${path}`, location.href).href;
}

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

let timer: ReturnType<typeof setTimeout> | undefined;

/** 底部的一句话，几秒后消失。 */
export function toast(message: string): void {
  document.querySelector(".toast")?.remove();
  clearTimeout(timer);
  const node = element("div", { class: "toast", role: "status" }, message);
  document.body.append(node);
  timer = setTimeout(() => node.remove(), 4000);
}
