import { asTensor, asTensors } from "../core/convert.js";
import { TiduError } from "../errors.js";
import { div } from "../primitives/arithmetic.js";
import { concat, pad, reshape, slice } from "../primitives/layout.js";
import { matmul } from "../primitives/matmul.js";
import { max, sum } from "../primitives/reductions.js";
import { unfold } from "../primitives/windows.js";
import { showShape } from "../shape.js";
import type { Tensor, TensorLike } from "../tensor.js";
import { customVjp } from "../transforms/custom-vjp.js";
import { mayFuse, runFused } from "../transforms/fused.js";
import { vjp } from "../transforms/vjp.js";

/** 一个数表示两个方向相同；[高, 宽] 分别给。 */
export type Pair = number | readonly [number, number];

/** 在图上滑动的窗口：卷积与池化共用的选项。 */
export interface WindowOptions {
  /** 窗口每次移动多少格；卷积缺省 1，池化缺省等于窗口大小。 */
  readonly strides?: Pair;
  /** 四周补多少格；"same" 使步长为 1 时输出与输入同大小，"valid"（缺省）不补。 */
  readonly padding?: Pair | "same" | "valid";
}

/** 卷积的选项：除窗口的步长与补边外，还有膨胀与分组。 */
export interface ConvOptions extends WindowOptions {
  /** 核里相邻两格在输入上隔多远，缺省 1。 */
  readonly dilation?: Pair;
  /** 通道分成几组各自卷积；等于输入通道数时就是逐通道（depthwise）卷积。 */
  readonly groups?: number;
}

/**
 * 二维卷积（与各深度学习框架一样，实为互相关，核不翻转）：
 * 输入 [N, C, H, W]，核 [O, C/groups, kh, kw]，输出 [N, O, H′, W′]，
 * y[n,o,i,j] = Σ x[n,c, i·s+p, j·s+q]·w[o,c,p,q]，H′ = ⌊(H + 2·padding − dilation·(kh−1) − 1)/strides⌋ + 1。
 * 形状对不上抛 TIDU-CONV-001，核比输入大抛 TIDU-CONV-002。在 webgpu 上窗口不展开，前向与两个梯度各是一个核。
 *
 * @example
 * conv2d([[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]]], [[[[1, 0], [0, 1]]]]).toArray() // => [[[[6, 8], [12, 14]]]]
 */
export function conv2d(x: TensorLike, kernel: TensorLike, options: ConvOptions = {}): Tensor {
  const [t, w] = asTensors(x, kernel) as [Tensor, Tensor];
  const { groups = 1 } = options;
  const channels = t.shape[1]!;
  const [outputs, inner, kh, kw] = w.shape as [number, number, number, number];
  const fits =
    t.rank === 4 && w.rank === 4 && inner * groups === channels && outputs % groups === 0 && groups >= 1;
  if (!fits) {
    throw new TiduError(
      "TIDU-CONV-001",
      `conv2d：输入 ${showShape(t.shape)} 与核 ${showShape(w.shape)}（groups = ${groups}）对不上。` +
        "输入应是 [N, C, H, W]，核应是 [O, C/groups, kh, kw]，且 O 能被 groups 整除。",
    );
  }
  const dilation = pair(options.dilation ?? 1);
  const strides = pair(options.strides ?? 1);
  const padding = edges(options.padding, [kh, kw], dilation);
  const [h, width] = t.shape.slice(-2).map((side, i) => side + padding[i]![0] + padding[i]![1]) as [
    number,
    number,
  ];
  const counts = windowCounts("conv2d", [h, width], [kh, kw], strides, dilation);
  const geometry = { strides, padding, dilation, groups, counts };
  return convolution(geometry, mayFuse([t, w]))(t, w);
}

/** 一次卷积的几何：四周各补 [前, 后] 多少格，输出 [H′, W′] = counts。 */
interface Geometry {
  readonly strides: Sizes;
  readonly padding: readonly Sizes[];
  readonly dilation: Sizes;
  readonly groups: number;
  readonly counts: Sizes;
}

/** 窗口展开成列，再乘以核。 */
function unfolded({ strides, padding, dilation, groups }: Geometry): (x: Tensor, w: Tensor) => Tensor {
  return (x, w) => {
    const [n] = x.shape as [number];
    const [outputs, inner, kh, kw] = w.shape as [number, number, number, number];
    const patches = windows("conv2d", padEdges(x, padding, 0), [kh, kw], strides, dilation);
    const [oh, ow] = patches.shape.slice(-2) as [number, number];
    const columns = reshape(patches, [n, groups, inner * kh * kw, oh * ow]);
    const rows = reshape(w, [groups, outputs / groups, inner * kh * kw]);
    return reshape(matmul(rows, columns), [n, outputs, oh, ow]);
  };
}

/** 在 webgpu 上前向与两个梯度各是一个核，列不落显存；再求导、形状不合时用展开的写法。 */
function convolution(geometry: Geometry, fused: boolean): (x: Tensor, w: Tensor) => Tensor {
  const composed = unfolded(geometry);
  if (!fused || !geometry.padding.flat().every((v) => Number.isInteger(v) && v >= 0)) return composed;
  const forward = (x: Tensor, w: Tensor): Tensor =>
    runFused("conv2d", [x, w], { ...geometry })?.[0] ?? composed(x, w);
  return customVjp(
    forward,
    (x: Tensor, w: Tensor): [Tensor, [Tensor, Tensor]] => [forward(x, w), [x, w]],
    ([x, w], g, needed) => {
      const gradient = (
        name: string,
        inputs: Tensor[],
        shape: readonly number[],
      ): Tensor | null | undefined => runFused(name, inputs, { ...geometry, shape })?.[0];
      const dx = needed[0] ? gradient("conv2dInput", [g, w], x.shape) : null;
      const dw = needed[1] ? gradient("conv2dKernel", [x, g], w.shape) : null;
      return dx === undefined || dw === undefined ? vjp(composed, x, w)[1](g) : [dx, dw];
    },
  );
}

/**
 * 一维卷积（互相关）：输入 [N, C, L]，核 [O, C/groups, k]，输出 [N, O, L′]。选项同 conv2d。
 *
 * @example
 * conv1d([[[1, 2, 3, 4]]], [[[1, -1]]]).toArray() // => [[[-1, -1, -1]]]
 */
export function conv1d(
  x: TensorLike,
  kernel: TensorLike,
  options: {
    readonly strides?: number;
    readonly padding?: number | "same" | "valid";
    readonly dilation?: number;
    readonly groups?: number;
  } = {},
): Tensor {
  const [t, w] = asTensors(x, kernel) as [Tensor, Tensor];
  const { padding } = options;
  const y = conv2d(
    reshape(t, [...t.shape.slice(0, -1), 1, t.shape.at(-1)!]),
    reshape(w, [...w.shape.slice(0, -1), 1, w.shape.at(-1)!]),
    {
      ...options,
      strides: [1, options.strides ?? 1],
      dilation: [1, options.dilation ?? 1],
      padding: typeof padding === "number" ? [0, padding] : padding,
    },
  );
  return reshape(y, [y.shape[0]!, y.shape[1]!, y.shape[3]!]);
}

/**
 * 最大池化：末两轴上每个窗口取最大值。窗口可以重叠，梯度累加；窗口里并列最大时均分。strides 缺省等于 size。
 *
 * @example
 * maxPool([[1, 2, 5, 0], [3, 4, 1, 2]], 2).toArray() // => [[4, 5]]
 */
export function maxPool(x: TensorLike, size: Pair, options: WindowOptions = {}): Tensor {
  return max(pooled("maxPool", x, size, options, -Infinity), [-4, -3]);
}

/**
 * 平均池化：末两轴上每个窗口取平均（补的零也计入个数）。strides 缺省等于 size。
 *
 * @example
 * avgPool([[1, 2, 5, 0], [3, 4, 1, 2]], 2).toArray() // => [[2.5, 2]]
 */
export function avgPool(x: TensorLike, size: Pair, options: WindowOptions = {}): Tensor {
  const [kh, kw] = pair(size);
  return div(sum(pooled("avgPool", x, size, options, 0), [-4, -3]), kh * kw);
}

function pooled(op: string, x: TensorLike, size: Pair, options: WindowOptions, fill: number): Tensor {
  const t = asTensor(x);
  if (t.rank < 2) {
    throw new TiduError(
      "TIDU-CONV-001",
      `${op}：输入至少要两个轴 [..., H, W]，形状是 ${showShape(t.shape)}。`,
    );
  }
  const window = pair(size);
  const padded = padEdges(t, edges(options.padding, window, [1, 1]), fill);
  return windows(op, padded, window, pair(options.strides ?? size), [1, 1]);
}

type Sizes = readonly [number, number];

const pair = (p: Pair): Sizes => (typeof p === "number" ? [p, p] : p);

/** 两个方向各补 [前, 后] 多少格。 */
function edges(padding: WindowOptions["padding"], size: Sizes, dilation: Sizes): readonly Sizes[] {
  if (padding === "same") {
    return size.map((k, i) => {
      const total = dilation[i]! * (k - 1);
      return [Math.floor(total / 2), Math.ceil(total / 2)] as const;
    });
  }
  return pair(padding === undefined || padding === "valid" ? 0 : padding).map((n) => [n, n] as const);
}

function padEdges(x: Tensor, widths: readonly Sizes[], fill: number): Tensor {
  return pad(x, [...x.shape.slice(0, -2).map(() => [0, 0]), ...widths], fill);
}

/**
 * 全部窗口：[..., H, W] → [..., kh, kw, H′, W′]。cpu 上有专门的核；别的设备上，窗口里的每一格对应输入的一个跨步切片，
 * 导数与批处理都由 slice 与 concat 得到。
 */
function windows(op: string, x: Tensor, [kh, kw]: Sizes, [sh, sw]: Sizes, [dh, dw]: Sizes): Tensor {
  const lead = x.shape.slice(0, -2);
  const [h, w] = x.shape.slice(-2) as [number, number];
  const [oh, ow] = windowCounts(op, [h, w], [kh, kw], [sh, sw], [dh, dw]);
  const window = { size: [kh, kw], strides: [sh, sw], dilation: [dh, dw] };
  if (x.device !== "tensorflow") return unfold(x, window, [oh, ow]);
  const zeros = lead.map(() => 0);
  const ones = lead.map(() => 1);
  const cells: Tensor[] = [];
  for (let p = 0; p < kh; p++) {
    for (let q = 0; q < kw; q++) {
      const cell = slice(x, [...zeros, p * dh, q * dw], [...lead, oh, ow], [...ones, sh, sw]);
      cells.push(reshape(cell, [...lead, 1, oh, ow]));
    }
  }
  return reshape(concat(cells, lead.length), [...lead, kh, kw, oh, ow]);
}

/** 放得下几个窗口：[H′, W′]。 */
function windowCounts(op: string, [h, w]: Sizes, [kh, kw]: Sizes, [sh, sw]: Sizes, [dh, dw]: Sizes): Sizes {
  const oh = Math.floor((h - dh * (kh - 1) - 1) / sh) + 1;
  const ow = Math.floor((w - dw * (kw - 1) - 1) / sw) + 1;
  const whole = [kh, kw, sh, sw, dh, dw].every((v) => Number.isInteger(v) && v >= 1);
  if (!whole || oh < 1 || ow < 1) {
    throw new TiduError(
      "TIDU-CONV-002",
      `${op}：大小 [${kh}, ${kw}]、步长 [${sh}, ${sw}]、间隔 [${dh}, ${dw}] 的窗口放不进（补边后的）[${h}, ${w}]。` +
        "窗口要不大于输入，各数要是正整数；需要时加 padding。",
    );
  }
  return [oh, ow];
}
