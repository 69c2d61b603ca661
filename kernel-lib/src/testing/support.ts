import { gradcheck } from "../check/gradcheck.js";
import type { CoordinateCheck } from "../check/report.js";
import { checkDerivatives, pattern } from "../devices/derivatives.js";
import type { Device } from "../devices/device.js";
import { isFloat } from "../dtype.js";
import { stack } from "../functions/rearrange.js";
import { add, mul } from "../primitives/arithmetic.js";
import { sum } from "../primitives/reductions.js";
import { astype } from "../primitives/select.js";
import type { Tensor } from "../tensor.js";
import { jit } from "../transforms/jit.js";
import { jvp } from "../transforms/jvp.js";
import { vmap } from "../transforms/vmap.js";
import { overFloats, type Sample, tensorsOf } from "./sample.js";

// 支持与否由运行来定：每一格都真的跑一遍，与有限差分（区间判据）、逐个计算或 cpu 的结果比较。

/** yes：查过，对；zero：查过，导数处处为零；none：没有可求导的输入；其余是不支持的原因。 */
export type Cell = "yes" | "zero" | "none" | { readonly because: string };

export interface Support {
  readonly first: Cell;
  readonly second: Cell;
  readonly jvp: Cell;
  readonly vmap: Cell;
  readonly cpu: Cell;
}

async function cell(check: () => string | null | Promise<string | null>): Promise<Cell> {
  try {
    const problem = await check();
    return problem === null ? "yes" : { because: problem };
  } catch (error) {
    return { because: (error as Error).message };
  }
}

type Derivatives = Pick<Support, "first" | "second" | "jvp">;

/**
 * 每个参数沿一个随意的方向移动 tᵢ，输出按随意的权相加，得到 tᵢ 的标量函数；它的一阶与全部二阶偏导数
 * （含不同参数之间的）在 0 处用区间判据查，前向与反向各一遍。某个元素的导数错了，方向导数就错。
 */
function derivatives(sample: Sample): Derivatives {
  const { f, xs } = overFloats(sample);
  if (xs.length === 0) return { first: "none", second: "none", jvp: "none" };
  if (sample.detached) return detached(f, xs);
  const along = (...ts: Tensor[]): Tensor => {
    const y = f(...xs.map((x, i) => add(x, mul(ts[i]!, pattern(x.shape, i)))));
    return sum(mul(astype(y, "float64"), pattern(y.shape, 5)));
  };
  try {
    const zero = xs.map(() => 0);
    const { coordinates, kinks } = gradcheck(along, zero, { order: sample.flat ? 1 : 2 });
    const judge = (pick: (c: CoordinateCheck) => boolean): Cell => {
      const own = coordinates.filter(pick);
      const bad = own.find((c) => c.verdict !== "right");
      if (bad)
        return { because: `∂${bad.output}/∂${bad.path} 得到 ${bad.claimed}，区间判据判为 ${bad.verdict}` };
      if (kinks > 0) return { because: "例子不在光滑点上" };
      return sample.flat && own.every((c) => c.claimed === 0) ? "zero" : "yes";
    };
    const first = judge((c) => c.order === 1 && c.mode === "reverse");
    const forward = judge((c) => c.order === 1 && c.mode === "forward");
    return { first, jvp: forward, second: first === "zero" ? "zero" : judge((c) => c.order === 2) };
  } catch (error) {
    const failed = { because: (error as Error).message };
    return { first: failed, second: failed, jvp: failed };
  }
}

/** 约定导数为零的：与差分不同，只查前向的切向量是零。 */
function detached(f: Sample["f"], xs: readonly Tensor[]): Derivatives {
  const [, dy] = jvp(f as any, xs as any, xs as any) as unknown as [Tensor, Tensor];
  const zero = (dy.toArray<any>() as number[]).flat(9).every((v) => v === 0);
  const result: Cell = zero ? "zero" : { because: "切向量不是零" };
  return { first: result, second: result, jvp: result };
}

/** 每个参数单独分批、全部一起分批，都等于逐个计算再叠起来。 */
function vmapped(sample: Sample): string | null {
  const args = tensorsOf(sample);
  const copies = args.map((x) => [x, isFloat(x.dtype) ? x.mul(1.01) : x]);
  const all = args.map(() => 0);
  const plans = [all, ...args.map((_, i) => args.map((__, k) => (k === i ? 0 : null)))];
  for (const inAxes of args.length === 1 ? [all] : plans) {
    const inputs = args.map((x, i) => (inAxes[i] === null ? x : stack(copies[i]!)));
    const together = vmap(sample.f as any, { inAxes } as any)(...(inputs as any)) as Tensor;
    const single = stack(
      [0, 1].map((k) => sample.f(...args.map((x, i) => (inAxes[i] === null ? x : copies[i]![k]!)))),
    );
    if (!same(together, single, 1e-11)) return `批轴 ${JSON.stringify(inAxes)} 与逐个计算不同`;
  }
  return null;
}

/** jit 与即时执行一致，float32 与 float64 一致。 */
function onCpu(sample: Sample): string | null {
  const args = tensorsOf(sample);
  const y = sample.f(...args);
  if (!same(jit(sample.f)(...args) as Tensor, y, 1e-11)) return "jit 与即时执行不同";
  const single = sample.f(...args.map((x) => (isFloat(x.dtype) ? astype(x, "float32") : x)));
  return same(astype(single, y.dtype), y, 1e-4) ? null : "float32 与 float64 不同";
}

function same(a: Tensor, b: Tensor, tolerance: number): boolean {
  const x = a.concrete().readSync();
  const y = b.concrete().readSync();
  if (a.shape.join() !== b.shape.join()) return false;
  return Array.from(x).every(
    (v, i) => Object.is(v, y[i]) || Math.abs(v - y[i]!) <= tolerance * Math.max(1, Math.abs(y[i]!)),
  );
}

const known = new Map<Sample, Promise<Support>>();

/** 查一例；同一例只查一次。 */
export function supportOf(sample: Sample): Promise<Support> {
  let found = known.get(sample);
  if (!found) {
    found = (async () => ({
      ...derivatives(sample),
      vmap: await cell(() => vmapped(sample)),
      cpu: await cell(() => onCpu(sample)),
    }))();
    known.set(sample, found);
  }
  return found;
}

const onDevices = new Map<Device, Map<Sample, Promise<Cell>>>();

/** 在设备上的值、jit、一阶与二阶导数都与 cpu 一致。 */
export function supportOn(sample: Sample, device: Device): Promise<Cell> {
  const seen = onDevices.get(device) ?? new Map<Sample, Promise<Cell>>();
  onDevices.set(device, seen);
  let found = seen.get(sample);
  if (!found) {
    found = cell(() => checkDerivatives(sample, device));
    seen.set(sample, found);
  }
  return found;
}
