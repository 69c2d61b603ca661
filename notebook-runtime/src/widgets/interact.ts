import { describeShown } from "../display/describe.js";
import { show } from "../display/show.js";
import { uuid } from "./comm.js";
import type { ValueWidget } from "./controls.js";
import { vbox } from "./layout.js";

type Values<C> = { [K in keyof C]: C[K] extends ValueWidget<infer T> ? T : never };

/**
 * 把几个控件与一个函数连起来：显示控件和 f 的结果，任何一个值变了就重算一遍，在原处更新。
 *
 * @param controls 名字 → 控件
 * @param f 收到同样名字的值；返回要显示的东西
 *
 * @example
 * interact({ x: slider({ max: 3, step: 0.1, value: 1 }) }, ({ x }) => `x² = ${x * x}`);
 */
export function interact<C extends Record<string, ValueWidget<any>>>(
  controls: C,
  f: (values: Values<C>) => unknown,
): void {
  const id = `tidu-interact-${uuid()}`;
  const widgets = Object.entries(controls);
  const draw = (update: boolean) => {
    const values = Object.fromEntries(widgets.map(([name, { value }]) => [name, value]));
    show(describeShown(f(values as Values<C>)), { id }, update);
  };
  const box = vbox(...widgets.map(([, widget]) => widget));
  show(describeShown(box));
  draw(false);
  for (const [, widget] of widgets) widget.observe(() => draw(true));
}
