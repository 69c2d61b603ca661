import { element } from "./page.js";

/** 术语卡：鼠标悬停、键盘聚焦、手指点按都能打开；Esc、移开、点别处收起。 */
export function startTerms(): void {
  const data = document.getElementById("terms");
  if (!data) return;
  const cards = JSON.parse(data.textContent ?? "{}") as Record<string, string>;
  const card = element("div", { class: "term-card", id: "term-card", role: "tooltip", hidden: "" });
  document.body.append(card);
  let shown: HTMLAnchorElement | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const hide = () => {
    clearTimeout(timer);
    card.hidden = true;
    shown?.removeAttribute("aria-describedby");
    shown?.removeAttribute("aria-expanded");
    shown = undefined;
  };
  const show = (term: HTMLAnchorElement) => {
    clearTimeout(timer);
    const html = cards[decodeURIComponent(term.hash.slice(1))];
    if (html === undefined || shown === term) return;
    hide();
    card.innerHTML = html;
    card.hidden = false;
    shown = term;
    term.setAttribute("aria-describedby", "term-card");
    term.setAttribute("aria-expanded", "true");
    place(card, term);
  };
  const later = (action: () => void, delay: number) => {
    clearTimeout(timer);
    timer = setTimeout(action, delay);
  };
  const termOf = (event: Event) =>
    (event.target as Element).closest?.<HTMLAnchorElement>("a.term") ?? undefined;

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const term = termOf(event);
    if (term) later(() => show(term), 120);
    else if (card.contains(event.target as Node)) clearTimeout(timer);
    else if (shown && document.activeElement !== shown) later(hide, 220);
  });
  document.addEventListener("focusin", (event) => {
    const term = termOf(event);
    if (term) show(term);
    else if (!card.contains(event.target as Node)) hide();
  });
  document.addEventListener("click", (event) => {
    const term = termOf(event);
    if (term) {
      event.preventDefault(); // 卡片代替跳转；没有脚本时它仍是通往术语表的链接
      show(term);
    } else if (!card.contains(event.target as Node)) hide();
  });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
}

/** 放在词的下面；下面放不下就放上面，左右不出屏。 */
function place(card: HTMLElement, term: HTMLElement): void {
  const anchor = term.getClientRects()[0] ?? term.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = card;
  const left = Math.min(Math.max(12, anchor.left), document.documentElement.clientWidth - width - 12);
  const below = anchor.bottom + 6;
  const top = below + height > innerHeight - 8 && anchor.top - height > 60 ? anchor.top - height - 6 : below;
  card.style.left = `${left + scrollX}px`;
  card.style.top = `${top + scrollY}px`;
}
