/** 窄屏上的目录抽屉、滚动后的页名、右侧目录的当前节。 */
export function startNav(): void {
  const html = document.documentElement;
  const button = document.querySelector<HTMLElement>('[data-action="nav"]');
  const nav = document.querySelector<HTMLElement>("#nav");
  const show = (open: boolean) => {
    html.classList.toggle("nav-open", open);
    button?.setAttribute("aria-expanded", String(open));
    if (open) nav?.querySelector<HTMLElement>("[aria-current], a")?.focus({ preventScroll: true });
  };
  button?.addEventListener("click", () => show(!html.classList.contains("nav-open")));
  document.querySelector("main")?.addEventListener("click", () => show(false));
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && html.classList.contains("nav-open")) {
      show(false);
      button?.focus();
    }
  });
  const current = nav?.querySelector<HTMLElement>("[aria-current]");
  if (nav && current) nav.scrollTop = current.offsetTop - nav.clientHeight / 3;

  const scrolled = () => html.classList.toggle("scrolled", scrollY > 140);
  addEventListener("scroll", scrolled, { passive: true });
  scrolled();

  // 点到别处时收起弹出的菜单
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.menu[open]")) {
      if (!menu.contains(event.target as Node)) menu.open = false;
    }
  });
  followHeadings();
  unfoldForPrint();
}

function followHeadings(): void {
  const links = new Map<string, HTMLAnchorElement>();
  for (const link of document.querySelectorAll<HTMLAnchorElement>(".toc a")) {
    links.set(decodeURIComponent(link.hash.slice(1)), link);
  }
  if (links.size === 0) return;
  const headings = [...links.keys()].map((id) => document.getElementById(id)).filter((node) => node !== null);
  let current: HTMLAnchorElement | undefined;
  const update = () => {
    let last = headings[0];
    for (const heading of headings) if (heading.getBoundingClientRect().top < 140) last = heading;
    const link = last && links.get(last.id);
    if (link === current) return;
    current?.classList.remove("current");
    link?.classList.add("current");
    current = link;
  };
  let pending = false;
  addEventListener(
    "scroll",
    () => {
      if (pending) return;
      pending = true;
      requestAnimationFrame(() => {
        pending = false;
        update();
      });
    },
    { passive: true },
  );
  update();
}

function unfoldForPrint(): void {
  let opened: HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll<HTMLDetailsElement>("article details:not([open]):not(.menu)")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });
}
