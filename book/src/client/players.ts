/**
 * 计算图自己不用脚本；这里只添几样方便：按住逐步演示的滑轨拖动，图高过一屏时把正在算的一步滚到眼前，
 * 点图上收起的一段就打开它。
 */
export function startPlayers(): void {
  let held: Element | null = null;
  document.addEventListener("pointerdown", (event) => {
    held = trackOf(event.target);
  });
  for (const type of ["pointerup", "pointercancel"]) {
    document.addEventListener(type, () => {
      held = null;
    });
  }
  document.addEventListener("pointermove", (event) => {
    if (!held) return;
    // 手指稍稍离开滑轨也算：只看横向的位置。
    const { top, height } = held.getBoundingClientRect();
    const step = document.elementFromPoint(event.clientX, top + height / 2);
    if (step instanceof HTMLInputElement && trackOf(step) === held && !step.checked) {
      step.checked = true;
      step.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
  document.addEventListener("change", (event) => {
    const step = event.target;
    if (step instanceof HTMLInputElement && trackOf(step)) reveal(step);
  });
  document.addEventListener("click", (event) => {
    const box = event.target instanceof Element ? event.target.closest<SVGElement>("[data-opens]") : null;
    const details = box && document.getElementById(box.dataset["opens"]!);
    if (!(details instanceof HTMLDetailsElement)) return;
    details.open = true;
    details.scrollIntoView({ block: "nearest", behavior: "instant" });
  });
}

function trackOf(target: EventTarget | null): Element | null {
  return target instanceof Element ? target.closest(".tidu-track") : null;
}

/** 这一步的框不在眼前时滚过去；控制条贴在屏幕底边，不算眼前。 */
function reveal(step: HTMLInputElement): void {
  const player = step.closest(".tidu-player");
  const stage = player?.querySelector(".tidu-stage");
  const foot = player?.querySelector(".tidu-foot");
  if (!stage || !foot) return;
  const area = stage.getBoundingClientRect();
  const y = area.top + area.height * Number(step.dataset["at"]);
  const bottom = foot.getBoundingClientRect().top;
  const header = 72;
  if (y > header + 40 && y < bottom - 40) return;
  scrollBy({ top: y - (header + bottom) / 2, behavior: "instant" });
}
